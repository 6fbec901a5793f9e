import jax

# the programs are tiny: compiling them well would take far longer than running them
jax.config.update('jax_disable_most_optimizations', True)
