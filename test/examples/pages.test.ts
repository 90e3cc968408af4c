/** What the pages show is what the examples run, and where they point there is something. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

describe('The pages', () => {
  it('show no code in the README, the guide and the recipes but that of the examples', async () => {
    const examples = await Promise.all([...(await filesIn('examples', '.js')), ...(await filesIn('examples', '.ts'))].map(async (file) => codeLines(await readFile(file, 'utf8')).join('\n')));
    const pages = ['README.md', ...(await filesIn('docs/guide', '.md')), ...(await filesIn('docs/recipes', '.md'))];

    const blocks = (await Promise.all(pages.map(blocksOf))).flat();
    const strange = blocks.filter(({ code }) => !examples.some((example) => example.includes(codeLines(code).join('\n'))));

    expect(strange).to.deep.equal([]);
    expect(blocks).to.have.length.above(20);
  });

  it('point to files and headings that are there', async () => {
    const pages = ['README.md', 'CHANGELOG.md', ...(await filesIn('docs', '.md'))];

    const links = (await Promise.all(pages.map(linksOf))).flat();
    const dead: string[] = [];
    for (const { page, target } of links) {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      const isThere = await stat(file).then(() => true, () => false);
      if (!isThere || (heading !== undefined && !(await headingsOf(file)).includes(heading))) dead.push(`${page}: ${target}`);
    }

    expect(dead).to.deep.equal([]);
    expect(links).to.have.length.above(30);
  });

  it('have a section for each code of an error, and for no other', async () => {
    const source = ts.createSourceFile('errors.ts', await readFile('src/core/errors.ts', 'utf8'), ts.ScriptTarget.Latest);
    const union = source.statements.filter(ts.isTypeAliasDeclaration).find(({ name }) => name.text === 'HubErrorCode')?.type;
    const codes = union !== undefined && ts.isUnionTypeNode(union) ? union.types.map((type) => type.getText(source).slice(1, -1)) : [];

    const sections = [...(await readFile('docs/errors.md', 'utf8')).matchAll(/^## `(\w+)`$/gm)].map(([, code]) => code);

    expect(sections).to.deep.equal(codes);
    expect(codes).to.have.length.above(10);
  });
});

async function filesIn(folder: string, extension: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(extension)).map((file) => join(folder, file));
}

/** Its indentation is the page's own. */
function codeLines(code: string): string[] {
  return code.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

async function blocksOf(page: string): Promise<{ page: string; code: string }[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code = '']) => ({ page, code }));
}

/** To files of this repository. */
async function linksOf(page: string): Promise<{ page: string; target: string }[]> {
  const text = (await readFile(page, 'utf8')).replaceAll(/^```.*?^```$/gms, '');
  return [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => ({ page, target })).filter(({ target }) => !target.startsWith('http'));
}

async function headingsOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').trim().replaceAll(' ', '-'));
}
