// Leaves zod's translations out of a bundle: a quarter of a megabyte that nobody sees, since we word errors ourselves.
export const englishZod = {
  name: 'english-zod',
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
