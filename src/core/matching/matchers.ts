import { borrowedNnnNormaliser, cslsNormaliser, nnnNormaliser } from './hubness.ts';
import { kReciprocalMatcher } from './kReciprocal.ts';
import { cosineMatcher, type Matcher } from './matcher.ts';
import { fusionMatcher, normalisedFusionMatcher } from './metricFusion.ts';
import { normaliserMatcher } from './normaliser.ts';
import { propagationMatcher } from './propagation.ts';
import { mtfnMatcher } from './reciprocalReranking.ts';
import {
  dualSoftmaxNormaliser,
  invertedSoftmaxNormaliser,
  qbNormNormaliser,
} from './softmaxNormalisation.ts';

/** Weight of the class-name prior relative to the joint space: 0.3 suits both kinds of data (docs/models.md). */
const PRIOR = 0.3;

/** All matchers that can be selected by ID, inductive ones first. Their figures are in docs/matchers.md. */
export const MATCHERS: readonly Matcher[] = [
  cosineMatcher,
  normaliserMatcher(
    'nnn-reference',
    'NNN, reference queries',
    'reference',
    borrowedNnnNormaliser(),
  ),
  normaliserMatcher('qb-norm', 'QB-Norm, reference queries', 'reference', qbNormNormaliser()),
  fusionMatcher('fusion', 'fusion, equal weights', 'equal'),
  fusionMatcher('fusion-gap', 'fusion, 1/G', '1/G'),
  fusionMatcher('fusion-weighted', 'fusion, prior at 0.3', 'equal', PRIOR),
  normalisedFusionMatcher(
    'fusion-nnn-reference',
    'fusion, prior at 0.3, + NNN, reference queries',
    'reference',
    borrowedNnnNormaliser(),
    PRIOR,
  ),
  normaliserMatcher('nnn', 'NNN', 'own', nnnNormaliser()),
  normaliserMatcher('csls', 'CSLS', 'own', cslsNormaliser()),
  normaliserMatcher('inverted-softmax', 'inverted softmax', 'own', invertedSoftmaxNormaliser()),
  normaliserMatcher('dual-softmax', 'dual softmax', 'own', dualSoftmaxNormaliser()),
  mtfnMatcher,
  kReciprocalMatcher,
  fusionMatcher('fusion-amf', 'fusion, R/G', 'R/G'),
  normalisedFusionMatcher(
    'fusion-nnn',
    'fusion, prior at 0.3, + NNN',
    'own',
    nnnNormaliser(),
    PRIOR,
  ),
  propagationMatcher,
];
