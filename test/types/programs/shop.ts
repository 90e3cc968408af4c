/** The contract of the programs beside it: an interface, as most users would write it. */
export interface Order {
  readonly fruit: string;
  readonly count: number;
}

export interface Mailer {
  send(to: string, text: string): Promise<boolean>;
  addresses(): AsyncIterable<string>;
}

export interface Shop {
  topics: {
    'order.placed': Order;
    'order.paid': number;
    'order.paid.late': Date;
    closing: undefined;
    notice: string | undefined;
  };
  methods: {
    price(fruit: string): number;
    order(order: Order): Promise<string>;
    count(): number;
    find(fruit?: string): readonly Order[];
    tail(from: number): AsyncIterable<string>;
    sum(numbers: AsyncIterable<number>): number;
  };
  services: {
    mailer: Mailer;
  };
  maps: {
    stock: number;
    orders: Order;
  };
}
