import sys
from pathlib import Path

import jax

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# the programs are tiny: compiling them well would take far longer than running them
jax.config.update('jax_disable_most_optimizations', True)
