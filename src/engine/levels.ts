import type { FindingCode, Level } from '../core/audit/finding.ts';

/** How bad each finding is to this user; `off` leaves it out. */
export type Levels = Readonly<Record<FindingCode, Level>>;
