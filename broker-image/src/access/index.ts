export { AccessRules } from './access-rules.js';
export { addressKey } from './address-key.js';
export { ConfiguredAccess } from './configured-access.js';
export { LoginBackoff } from './login-backoff.js';
export { PasswordFile } from './password-file.js';
export { RemoteKeys } from './remote-keys.js';
export { costForPasswords, costForRandomSecrets, ScryptHash, type ScryptCost } from './scrypt-hash.js';
export { parseTokenKeys, type TokenKeys } from './token-keys.js';
export { TokenVerifier } from './token-verifier.js';
