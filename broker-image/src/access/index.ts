export { AccessRules } from './access-rules.js';
export { FileAccessControl } from './file-access-control.js';
export { PasswordFile } from './password-file.js';
export { costForPasswords, costForRandomSecrets, ScryptHash } from './scrypt-hash.js';
