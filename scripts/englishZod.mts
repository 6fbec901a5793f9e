import type { Plugin } from 'esbuild';

/** Leaves zod's translations out of a bundle: a quarter of a megabyte that nobody sees, since we word errors ourselves. */
export const englishZod: Plugin = {
  name: 'english-zod',
  setup(bundle) {
    bundle.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
