#!/bin/sh
# Times the heavy methods and their references on the same inputs, in turns, and prints the ratios.
# Needs root for the packages of R; ROUNDS=1 is the quickest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work/inputs"
command -v Rscript >/dev/null ||
    apt-get install -y --no-install-recommends r-base-core r-cran-lme4 r-cran-glmnet r-cran-matchit r-cran-ggplot2 r-cran-lpsolve
# These are not in every distribution; a reference that is missing is left out of the answer.
[ -n "${SKIP_CRAN:-}" ] || Rscript -e 'for (p in c("irr", "qicharts2")) if (!requireNamespace(p, quietly = TRUE)) install.packages(p)' ||
    echo "irr or qicharts2 can't be installed" >&2
[ -d "$work/python" ] || python3 -m venv "$work/python"
"$work/python/bin/pip" install -q numpy scipy pandas scikit-learn statsmodels krippendorff
"$work/python/bin/python" "$here/inputs.py" "$work/inputs"
cargo build --release --manifest-path "$here/../../Cargo.toml" --package improvement-stats --example methods
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
: >"$work/ours"
: >"$work/theirs"
round=0
while [ "$round" -lt "${ROUNDS:-2}" ]; do
    for method in mixed slope net alpha alpha-bootstrap match permute charts audit; do
        "$here/../../target/release/examples/methods" "$work/inputs" "$method" >>"$work/ours"
    done
    Rscript "$here/reference.R" "$work/inputs" >>"$work/theirs"
    "$work/python/bin/python" "$here/reference.py" "$work/inputs" >>"$work/theirs"
    round=$((round + 1))
done
awk 'NR == FNR { if (!($1 in ours) || $2 < ours[$1]) ours[$1] = $2; if ($3 > memory[$1]) memory[$1] = $3; next }
     { key = $1 " " $2; if (!(key in theirs) || $3 < theirs[key]) theirs[key] = $3 }
     END { for (key in theirs) { split(key, part, " ")
         printf "%-16s %-32s theirs %10.4f s  ours %10.4f s  ratio %8.1f  memory %.1f x input\n", part[1], part[2], theirs[key], ours[part[1]], theirs[key] / ours[part[1]], memory[part[1]] } }' \
    "$work/ours" "$work/theirs" | sort
