export { MqttGateway } from './mqtt-gateway';
export { MqttGatewayClassOptions, MqttGatewayOptions, MqttGatewayReferenceOptions } from './mqtt-gateway-options';
export { MqttGatewayRoute } from './mqtt-gateway-route';
export { MqttGatewayRouteProps, MqttTcpRouteVersion } from './mqtt-gateway-route-props';
