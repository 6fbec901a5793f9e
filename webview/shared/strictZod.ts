import { config } from 'zod';

// The CSP forbids eval. Without this setting zod tries it, and the browser reports a violation. Import this file first.
config({ jitless: true });
