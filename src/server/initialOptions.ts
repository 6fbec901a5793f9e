import { z } from 'zod';
import { initializationSchema } from '../protocol/settings.ts';

/** `initializationOptions`; missing or invalid ones have their default. */
export interface InitialOptions {
  readonly settings: unknown;
  readonly locale: string | undefined;
  readonly trusted: boolean;
  readonly commandLinks: boolean;
  readonly opensMembers: boolean;
}

const lenientSchema = z.object({
  settings: z.unknown().optional(),
  locale: initializationSchema.shape.locale.catch(undefined),
  trusted: initializationSchema.shape.trusted.catch(false),
  commandLinks: initializationSchema.shape.commandLinks.catch(false),
  opensMembers: initializationSchema.shape.opensMembers.catch(false),
});

/** `trusted` defaults to true: clients without workspace trust do not send it. */
export function initialOptions(sent: unknown): InitialOptions {
  const read = lenientSchema.safeParse(sent ?? {});
  const options = read.success ? read.data : undefined;
  return {
    settings: options?.settings,
    locale: options?.locale,
    trusted: options?.trusted ?? true,
    commandLinks: options?.commandLinks ?? false,
    opensMembers: options?.opensMembers ?? false,
  };
}
