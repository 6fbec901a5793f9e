/** How a method is used: as an encoder, as a scorer of pairs that orders the best of a cosine, or as a ranking of embeddings. */
export type MethodKind = 'encoder' | 'scorer' | 'ranking';

/** A matching method of the literature that PairLens has, in a person's words. */
export interface Method {
  /** Name of its folder in a method pack, or of a matcher. */
  readonly id: string;
  readonly title: string;
  readonly kind: MethodKind;
  /** Where it was published; undefined for our own. */
  readonly paper?: string;
  /** One sentence: what it does. */
  readonly does: string;
  /** Whether it was rebuilt from an abstract, because no formulas could be read. */
  readonly reconstruction?: boolean;
}

/** Every method that a person can run, heads and scorers of a method pack first. Figures are in docs/zoo.md and docs/matchers.md. */
export const METHODS: readonly Method[] = [
  {
    id: 'vse',
    title: 'VSE',
    kind: 'encoder',
    paper: 'Faghri et al., BMVC 2018',
    does: 'One linear map of the mean region and one of the mean word.',
  },
  {
    id: 'saem',
    title: 'SAEM',
    kind: 'encoder',
    paper: 'Wu et al., ACM MM 2019',
    does: 'Self-attention over regions, convolutions over words.',
  },
  {
    id: 'rrf-net',
    title: 'RRF-Net',
    kind: 'encoder',
    paper: 'Liu et al., ICCV 2017',
    does: 'A recurrent layer applied four times, each state added to the one before, all of them mixed.',
  },
  {
    id: 'naa',
    title: 'NAA',
    kind: 'encoder',
    paper: 'Liu et al., ICASSP 2019',
    does: 'The mean feature decides how much each region and word counts.',
    reconstruction: true,
  },
  {
    id: 'vsrn',
    title: 'VSRN',
    kind: 'encoder',
    paper: 'Li et al., ICCV 2019',
    does: 'A graph network relates the regions, a recurrent one reads them and the words.',
  },
  {
    id: 'scan-t2i-avg',
    title: 'SCAN, words attend, mean',
    kind: 'scorer',
    paper: 'Lee et al., ECCV 2018',
    does: 'Each word attends to the regions; the mean of how well it is found.',
  },
  {
    id: 'scan-t2i-lse',
    title: 'SCAN, words attend, LogSumExp',
    kind: 'scorer',
    paper: 'Lee et al., ECCV 2018',
    does: 'Each word attends to the regions; the best-found words count most.',
  },
  {
    id: 'scan-i2t-avg',
    title: 'SCAN, regions attend, mean',
    kind: 'scorer',
    paper: 'Lee et al., ECCV 2018',
    does: 'Each region attends to the words; the mean of how well it is told.',
  },
  {
    id: 'scan-i2t-lse',
    title: 'SCAN, regions attend, LogSumExp',
    kind: 'scorer',
    paper: 'Lee et al., ECCV 2018',
    does: 'Each region attends to the words; the best-told regions count most.',
  },
  {
    id: 'gsmn',
    title: 'GSMN, dense',
    kind: 'scorer',
    paper: 'Liu et al., CVPR 2020',
    does: 'Matches words with regions, then passes the matches along a graph of each side.',
  },
  {
    id: 'm-cnn',
    title: 'm-CNN, long phrase',
    kind: 'scorer',
    paper: 'Ma et al., ICCV 2015',
    does: 'Convolutions over words that the image enters at the level of long phrases.',
  },
  {
    id: 'm-rnn',
    title: 'm-RNN',
    kind: 'scorer',
    paper: 'Mao et al., ICLR 2015',
    does: 'The likelihood of the caption given the image, against that of the caption alone.',
  },
  { id: 'cosine', title: 'Cosine', kind: 'ranking', does: 'The cosine of the two embeddings.' },
  {
    id: 'nnn',
    title: 'Nearest neighbour normalisation',
    kind: 'ranking',
    paper: 'Chowdhury et al., EMNLP 2024',
    does: 'Less a share of the mean similarity of an item to the queries nearest to it.',
  },
  {
    id: 'nnn-reference',
    title: 'NNN, reference queries',
    kind: 'ranking',
    paper: 'Chowdhury et al., EMNLP 2024',
    does: 'The same with the shipped reference pairs as queries.',
  },
  {
    id: 'csls',
    title: 'CSLS',
    kind: 'ranking',
    paper: 'Conneau et al., ICLR 2018',
    does: 'Twice the cosine less the mean similarity to the ten nearest, on both sides.',
  },
  {
    id: 'inverted-softmax',
    title: 'Inverted softmax',
    kind: 'ranking',
    paper: 'Smith et al., ICLR 2017; Liu and Ye 2019',
    does: 'A softmax over the queries for each item.',
  },
  {
    id: 'dual-softmax',
    title: 'Dual softmax',
    kind: 'ranking',
    paper: 'Cheng et al., CAMoE, 2021',
    does: 'The similarity times the inverted softmax.',
  },
  {
    id: 'qb-norm',
    title: 'QB-Norm',
    kind: 'ranking',
    paper: 'Bogolin et al., CVPR 2022',
    does: 'Inverted softmax over the reference queries, where one of them wants the best item most.',
  },
  {
    id: 'mtfn-rr',
    title: 'Reciprocal re-ranking (MTFN-RR)',
    kind: 'ranking',
    paper: 'Wang et al., ACM MM 2019',
    does: 'The best of a list ordered by the place of the query in their own lists.',
  },
  {
    id: 'k-reciprocal',
    title: 'k-reciprocal re-ranking',
    kind: 'ranking',
    paper: 'Zhong et al., CVPR 2017',
    does: 'Compares the neighbours that two items choose and that choose them.',
  },
  {
    id: 'fusion',
    title: 'Fusion, equal weights',
    kind: 'ranking',
    does: 'The mean of two metrics: the joint space, and class names against sentences.',
  },
  {
    id: 'fusion-weighted',
    title: 'Fusion, class names at 0.3',
    kind: 'ranking',
    does: 'The same with the class names counting 0.3.',
  },
  {
    id: 'fusion-gap',
    title: 'Fusion by query replacement gap',
    kind: 'ranking',
    paper: 'Niu, Huang and Wang 2020',
    does: 'Each query weighs the metrics by how little its nearest sentence changes them.',
    reconstruction: true,
  },
  {
    id: 'fusion-amf',
    title: 'Adaptive metric fusion (CRE and QRG)',
    kind: 'ranking',
    paper: 'Niu, Huang and Wang 2020',
    does: 'The same, and by how many of the best choose the query, too.',
    reconstruction: true,
  },
  {
    id: 'fusion-nnn',
    title: 'Fusion, then NNN',
    kind: 'ranking',
    does: 'Class names at 0.3, then nearest neighbour normalisation.',
  },
  {
    id: 'fusion-nnn-reference',
    title: 'Fusion, then NNN, reference queries',
    kind: 'ranking',
    does: 'The same with the shipped reference pairs as queries.',
  },
  {
    id: 'propagation',
    title: 'Propagation (cm-SSFT)',
    kind: 'ranking',
    paper: 'after Lu et al., CVPR 2020',
    does: 'Features averaged over the ten nearest of each modality.',
    reconstruction: true,
  },
];
