export { AdminToken } from './admin-token.js';
export { createAdminServer } from './admin-server.js';
