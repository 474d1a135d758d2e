export * from './mqtt-gateway';
export * from './mqtt-gateway-options';
export * from './mqtt-gateway-route';
export * from './mqtt-gateway-route-props';
