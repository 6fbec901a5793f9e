// What hnswIndex.ts uses of hnswlib-node. The package is optional: where it could not be compiled it is not there, its types
// neither, and the rest must still compile.
declare module 'hnswlib-node' {
  export class HierarchicalNSW {
    constructor(space: 'ip' | 'l2' | 'cosine', dimensions: number);
    initIndex(maxElements: number, m?: number, efConstruction?: number): void;
    addPoint(point: number[], label: number): void;
    setEf(ef: number): void;
    searchKnn(query: number[], k: number): { neighbors: number[]; distances: number[] };
  }
  const bindings: { readonly HierarchicalNSW: typeof HierarchicalNSW };
  export default bindings;
}
