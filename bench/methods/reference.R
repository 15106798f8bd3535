# Times the references in R on the inputs: `name seconds`, on the processor, the least of three. A package that is not there is left out.
folder <- commandArgs(TRUE)[1]
load_rows <- function(name, width) {
  path <- file.path(folder, paste0(name, ".f64"))
  matrix(readBin(path, "double", file.size(path) / 8, endian = "little"), ncol = width, byrow = TRUE)
}
clock <- function(name, work, times = 3) {
  taken <- sapply(seq_len(times), function(i) sum(system.time(work())[c("user.self", "sys.self")]))
  cat(name, sprintf("%.6f\n", min(taken)))
  flush.console()
}
have <- function(package) suppressMessages(requireNamespace(package, quietly = TRUE))
if (have("lme4")) {
  frame <- setNames(as.data.frame(load_rows("mixed", 4)), c("y", "x1", "x2", "g"))
  frame$g <- factor(frame$g)
  clock("mixed lme4", function() lme4::lmer(y ~ x1 + x2 + (1 | g), frame))
  slope <- setNames(as.data.frame(load_rows("slope", 4)), c("y", "x1", "x2", "g"))
  slope$g <- factor(slope$g)
  clock("slope lme4", function() lme4::lmer(y ~ x1 + x2 + (x1 | g), slope), 1)
}
if (have("glmnet")) {
  net <- load_rows("net", 51)
  x <- net[, -1]
  clock("net glmnet", function() glmnet::glmnet(x, net[, 1], alpha = 0.5))
}
if (have("irr")) {
  whole <- t(load_rows("alpha", 20))
  clock("alpha irr", function() irr::kripp.alpha(whole, "ordinal"), 1)
  small <- t(load_rows("alpha_small", 4))
  clock("alpha-bootstrap irr", function() for (i in 1:1000) irr::kripp.alpha(small[, sample(200, 200, TRUE)], "ordinal"), 1)
}
permute <- load_rows("permute", 46)
clock("permute base-R", function() {
  y <- rank(permute[, 1])
  x <- apply(permute[, -1], 2, rank)
  rowSums(abs(cor(x, replicate(10000, sample(y)))) >= abs(as.vector(cor(x, y))))
}, 1)
if (have("qicharts2")) {
  charts <- load_rows("charts", 36)
  clock("charts qicharts2", function() for (i in seq_len(nrow(charts))) qicharts2::qic(charts[i, ], chart = "i"), 1)
}
if (have("MatchIt")) {
  rows <- as.data.frame(load_rows("match", 20))
  rows$treated <- as.integer(seq_len(nrow(rows)) <= 1000)
  formula <- reformulate(setdiff(names(rows), "treated"), "treated")
  clock("match MatchIt", function() MatchIt::matchit(formula, rows, method = "nearest", distance = "mahalanobis", ratio = 5), 1)
}
