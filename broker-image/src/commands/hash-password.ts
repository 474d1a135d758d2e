import { costForPasswords, costForRandomSecrets, ScryptHash } from '../access/index.js';
import { UsageError } from './arguments.js';
import { askHidden } from './prompt.js';

/** The shortest text that can hold 128 random bits: 22 characters of base64. */
const minRandomSecretLength = 22;

export interface HashPasswordOptions {
  readonly user?: string;
  readonly randomSecret: boolean;
}

/** The line for the password file. Never takes the password from the command line, which other users of the host could see. */
export async function hashPassword({ user, randomSecret }: HashPasswordOptions, input: NodeJS.ReadStream): Promise<string> {
  if (user !== undefined && (user === '' || user.startsWith('#') || /[:+#/\0\r\n]/.test(user))) throw new UsageError([`--user: found "${user}", expected a name without : + # / or line breaks`]);
  const password = input.isTTY ? await askTwice(input) : await readLine(input);
  if (password.length === 0) throw new UsageError(['the password is empty']);
  if (randomSecret && password.length < minRandomSecretLength) {
    throw new UsageError([`--random-secret: the secret has ${password.length} characters, too few for 128 random bits (${minRandomSecretLength} in base64, 32 in hexadecimal); leave --random-secret out`]);
  }
  const hash = await ScryptHash.create(Buffer.from(password, 'utf8'), randomSecret ? costForRandomSecrets : costForPasswords);
  return user === undefined ? hash.toString() : `${user}:${hash.toString()}`;
}

async function askTwice(terminal: NodeJS.ReadStream): Promise<string> {
  const first = await askHidden('Password: ', terminal);
  const second = await askHidden('Again: ', terminal);
  if (first !== second) throw new UsageError(['the two passwords differ']);
  return first;
}

/** All of the input but the line break at its end, which echo and editors add. */
async function readLine(input: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Buffer));
  const text = Buffer.concat(chunks).toString('utf8').replace(/\r?\n$/, '');
  if (/[\r\n]/.test(text)) throw new UsageError(['the input has more than one line; give one password']);
  return text;
}
