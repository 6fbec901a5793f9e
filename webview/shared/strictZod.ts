import { config } from 'zod';

// The page's policy forbids eval; without this zod tries it and the browser reports a violation. Import it first.
config({ jitless: true });
