/** The page of the interface names all of it. */
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import ts from 'typescript';

describe('The page of the interface', () => {
  for (const file of ['src/core/api.ts', 'src/core/services-api.ts']) {
    it(`names every member of every interface in ${file}`, async () => {
      const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.Latest);
      const page = await readFile('docs/api.md', 'utf8');

      const names = source.statements.filter(ts.isInterfaceDeclaration).flatMap(({ members }) => members.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : [])));
      const code = new Set([...page.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => text.match(/\w+/g) ?? []));

      expect([...new Set(names)].filter((name) => !code.has(name))).to.deep.equal([]);
      expect(names).to.have.length.above(10);
    });
  }

  it('has every call of a hub, by its name', async () => {
    const source = ts.createSourceFile('api.ts', await readFile('src/core/api.ts', 'utf8'), ts.ScriptTarget.Latest);
    const page = await readFile('docs/api.md', 'utf8');

    const hub = source.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === 'Hub');
    const calls = [...new Set(hub?.members.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : [])))];

    expect(calls.filter((name) => !new RegExp(`\`hub\\.${name}\\b`).test(page))).to.deep.equal([]);
    expect(calls).to.have.length.above(25);
  });
});
