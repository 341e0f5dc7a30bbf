import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace'
import { register } from './provider.ts'

register(new ConsoleSpanExporter())
