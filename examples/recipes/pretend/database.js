/** Stands for a driver: it says when a connection is opened, and knows one query. */
export async function connect() {
  console.log('a connection is opened');
  return { query: async () => ['apple', 'pear', 'plum'] };
}
