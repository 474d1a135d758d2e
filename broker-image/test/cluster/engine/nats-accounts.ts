import { createHash, randomUUID } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createAccount>;

export interface Account {
  readonly keys: KeyPair;
  /** Of a server that knows this account alone. */
  readonly configuration: string;
}

/** An operator with one account, as `nsc` makes them: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
export function newAccount(): Account {
  const operator = nkeys.createOperator();
  const keys = nkeys.createAccount();
  const operatorToken = sign(operator, operator.getPublicKey(), { type: 'operator', version: 2 });
  const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accountToken = sign(operator, keys.getPublicKey(), { type: 'account', version: 2, limits });
  return { keys, configuration: `operator: ${operatorToken}\nresolver: MEMORY\nresolver_preload: { ${keys.getPublicKey()}: ${accountToken} }` };
}

/** What stands in the credentials file of a new user of the account. */
export function credentialsOf({ keys }: Account): string {
  const user = nkeys.createUser();
  const token = sign(keys, user.getPublicKey(), { type: 'user', version: 2, subs: -1, data: -1, payload: -1 });
  return `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed()).toString()}\n------END USER NKEY SEED------\n`;
}

function sign(issuer: KeyPair, subject: string, nats: object): string {
  const claims = { jti: createHash('sha256').update(randomUUID()).digest('hex'), iat: Math.floor(Date.now() / 1000), iss: issuer.getPublicKey(), sub: subject, name: subject, nats };
  const content = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${Buffer.from(issuer.sign(Buffer.from(content))).toString('base64url')}`;
}
