/** Smallest probability from which a homeless candidate is called likely. */
export const LIKELY = 0.5;
/** Homeless candidates with a lower probability are not offered. */
export const LEAST_POSSIBLE = 0.1;
