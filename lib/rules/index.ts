export { acknowledgeRule } from './acknowledge-rule';
export { attachRules, findingsAbout } from './app-rules';
export { type MqttFinding, Severity } from './finding';
