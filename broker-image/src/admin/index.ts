export { AdminToken } from './admin-token.js';
