// Writes docs/protocol.md from the schemas of src/protocol: node --import tsx scripts/protocolPage.mts
// test/contract/protocolPage.test.ts sees that the page is what the schemas say.
import { readFile, writeFile } from 'node:fs/promises';
import ts from 'typescript';
import { z } from 'zod';
import { errorDataSchema } from '../src/protocol/errorData.ts';
import * as commands from '../src/protocol/commands.ts';
import * as api from '../src/protocol/serverApi.ts';
import * as inventoryShapes from '../src/protocol/inventoryShapes.ts';
import * as mapShapes from '../src/protocol/mapShapes.ts';
import * as shapes from '../src/protocol/shapes.ts';
import * as statisticsShapes from '../src/protocol/statisticsShapes.ts';
import * as workspaceEdit from '../src/protocol/workspaceEdit.ts';

export const PROTOCOL_PAGE = 'docs/protocol.md';

const SOURCES = [
  'src/protocol/serverApi.ts',
  'src/protocol/commands.ts',
  'src/protocol/shapes.ts',
  'src/protocol/inventoryShapes.ts',
  'src/protocol/statisticsShapes.ts',
  'src/protocol/mapShapes.ts',
  'src/protocol/workspaceEdit.ts',
  'src/protocol/errorData.ts',
];

const INTRODUCTION = `# The protocol of the server

Written by \`node --import tsx scripts/protocolPage.mts\` from the schemas in \`src/protocol\`; change those, not this page.

Beyond LSP, \`pairlens lsp --stdio\` answers the requests below. [editors.md](editors.md) says how an editor starts it. Paths
are URIs; positions are those of LSP (0-based, UTF-16). The types are written as in TypeScript, with LSP's \`integer\`. What does not fit its schema is refused with \`invalid-argument\`.`;

const schemaNode = z.looseObject({
  $ref: z.string().optional(),
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).default([]),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

type NotificationTable = Readonly<Record<string, { method: string; params: z.ZodType }>>;

/** Doc comments by path: `REQUESTS.neighbours`, `pairRefSchema.root`. */
type Comments = ReadonlyMap<string, string>;

/** The page as it must be. */
export async function protocolPage(): Promise<string> {
  const comments = await docComments();
  const named = namedSchemas();
  const names = z.registry<{ id: string }>();
  for (const { id, schema } of named) names.add(schema, { id });
  const typeOf = (schema: z.ZodType, path: string, own?: string): string => {
    const json = z.toJSONSchema(schema, { metadata: names, io: 'input', unrepresentable: 'any' });
    const { $defs: defs, id } = json;
    // A named schema at the top comes whole, or as a reference to itself where others name it.
    const isNamed = typeof id === 'string' || json.$ref !== undefined;
    if (isNamed && own === undefined) return nameOf(json.$ref ?? String(id));
    const whole = json.$ref === undefined ? json : (defs?.[nameOf(json.$ref)] ?? json);
    return written(whole, path, comments, '');
  };

  const parts = [INTRODUCTION, '## Requests'];
  for (const [name, { method, params, result }] of Object.entries(api.REQUESTS)) {
    const at = `REQUESTS.${name}`;
    parts.push(
      section(method, comments.get(at)),
      block(`params: ${typeOf(params, at)}`, `result: ${typeOf(result, at)}`),
    );
  }
  const notifications: readonly (readonly [string, NotificationTable, string])[] = [
    ['Notifications of the server', api.NOTIFICATIONS, 'NOTIFICATIONS'],
    ['Notifications of the client', api.CLIENT_NOTIFICATIONS, 'CLIENT_NOTIFICATIONS'],
  ];
  for (const [title, table, constant] of notifications) {
    parts.push(`## ${title}`);
    for (const [name, { method, params }] of Object.entries(table)) {
      const at = `${constant}.${name}`;
      parts.push(
        section(method, comments.get(at)),
        block(`params: ${typeOf(params, `${at}.params`)}`),
      );
    }
  }
  parts.push('## Commands of the server', 'Run with `workspace/executeCommand`.');
  for (const [name, command] of Object.entries(commands.SERVER_COMMANDS))
    parts.push(section(command, comments.get(`SERVER_COMMANDS.${name}`)));
  parts.push('## Commands of the client', comments.get('CLIENT_COMMANDS') ?? '');
  for (const [name, { command, args }] of Object.entries(commands.CLIENT_COMMANDS)) {
    const at = `CLIENT_COMMANDS.${name}`;
    parts.push(section(command, comments.get(at)), block(`arguments: ${typeOf(args, at)}`));
  }
  parts.push('## Shapes');
  for (const { id, schema, constant } of named)
    parts.push(section(id, comments.get(constant)), block(typeOf(schema, constant, id)));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, comment: string | undefined): string {
  return comment === undefined ? `### ${title}` : `### ${title}\n\n${comment}`;
}

function block(...lines: readonly string[]): string {
  return `\`\`\`ts\n${lines.join('\n')}\n\`\`\``;
}

function nameOf(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}

/** Every exported schema, under the name of its type. */
function namedSchemas(): readonly { id: string; schema: z.ZodType; constant: string }[] {
  const all: readonly (readonly [string, unknown])[] = [
    ...Object.entries(shapes),
    ...Object.entries(inventoryShapes),
    ...Object.entries(statisticsShapes),
    ...Object.entries(mapShapes),
    ...Object.entries(workspaceEdit),
    ...Object.entries(api),
    ['errorDataSchema', errorDataSchema],
  ];
  return all.flatMap(([constant, exported]) => {
    const schema = z.instanceof(z.ZodType).safeParse(exported).data;
    if (schema === undefined) return [];
    const name = constant.replace(/Schema$/, '');
    return [{ id: name.slice(0, 1).toUpperCase() + name.slice(1), schema, constant }];
  });
}

/** A JSON schema as a type of TypeScript, with the comments of its fields. */
function written(node: unknown, path: string, comments: Comments, indent: string): string {
  const schema = schemaNode.parse(node);
  const inner = (part: unknown): string => written(part, path, comments, indent);
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map(inner).join(' | ');
  if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(inner).join(', ')}]`;
  if (schema.type === 'array') return listOf(inner(schema.items));
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema);
  if (schema.type === 'object') return objectOf(schema, path, comments, indent);
  return schema.type ?? 'unknown';
}

function listOf(item: string): string {
  return /^\w+$/.test(item) ? `${item}[]` : `(${item})[]`;
}

function numberOf({ type, minimum, maximum }: z.infer<typeof schemaNode>): string {
  const [least, most] = [minimum, maximum].map((limit) =>
    limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? '' : `${limit}`,
  );
  const range = least === '' && most === '' ? '' : ` /* ${least ?? ''}..${most ?? ''} */`;
  return `${type ?? 'number'}${range}`;
}

function objectOf(
  schema: z.infer<typeof schemaNode>,
  path: string,
  comments: Comments,
  indent: string,
): string {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) {
    const values = schema.additionalProperties;
    const isMap = typeof values === 'object' && values !== null && Object.keys(values).length > 0;
    return isMap ? `Record<string, ${written(values, path, comments, indent)}>` : '{}';
  }
  const deeper = `${indent}  `;
  const lines = fields.flatMap(([name, value]) => {
    const at = `${path}.${name}`;
    const comment = comments.get(at);
    const mark = schema.required.includes(name) && !hasDefault(value) ? '' : '?';
    const line = `${deeper}${name}${mark}: ${written(value, at, comments, deeper)};`;
    return comment === undefined
      ? [line]
      : [`${deeper}/** ${comment.replaceAll('\n', ' ')} */`, line];
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function hasDefault(node: unknown): boolean {
  return schemaNode.parse(node).default !== undefined;
}

/** The doc comments of exported constants and of the properties in them, however deep. */
async function docComments(): Promise<Comments> {
  const comments = new Map<string, string>();
  for (const file of SOURCES) {
    const text = await readFile(file, 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
    const visit = (node: ts.Node, path: readonly string[]): void => {
      const named = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node);
      const here = named ? [...path, node.name.getText(source)] : path;
      if (named) {
        const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node;
        const comment = ts
          .getJSDocCommentsAndTags(holder)
          .map(({ comment: said }) => ts.getTextOfJSDocComment(said))
          .findLast((said) => said !== undefined);
        if (comment !== undefined) comments.set(here.join('.'), comment);
      }
      ts.forEachChild(node, (child) => visit(child, here));
    };
    visit(source, []);
  }
  return comments;
}

if (process.argv[1] === import.meta.filename) await writeFile(PROTOCOL_PAGE, await protocolPage());
