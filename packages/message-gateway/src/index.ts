// Only what loads quickly. `/open` exports what opens providers, with their protocols and tables.
export { GatewayError, type GatewayErrorCode } from './gateway-error.js';
export {
  OurFault,
  ReceiverFault,
  TheirFault,
  Uncertain,
  type DeliveryReport,
  type Message,
  type Receipt,
  type SmsProvider,
} from './provider.js';
export {
  knowsOf,
  parseProviders,
  providersFile,
  readProviders,
  readReportsOf,
  type ProviderSettings,
  type WhenUncertain,
} from './providers/settings.js';
export { segmentsOf, splitText, type Segments } from './segments.js';
