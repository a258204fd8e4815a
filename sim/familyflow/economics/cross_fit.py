"""Predict each draw from inputs by a regression that has not seen it: out-of-fold predictions.

A regression on hundreds of inputs fits the draws that it was fitted to, whatever is true. So draws are dealt into
folds, and each fold is predicted from the others (cross-fitting). Whatever looks at the answer, the choice of terms
too, is done anew within each fold's own training draws.

The regression is a few strong terms and a little of every input:

1. Forward selection of polynomial terms (orthogonal matching pursuit). Candidates are each input, each product of two
   inputs or square of one, and each term chosen so far times an input. The best of M candidates enters if it lowers the
   deviance, n log(residual sum of squares), by more than 2 log M + 4, as the best of M terms of noise seldom does (the
   risk inflation criterion, Foster and George 1994, and a margin).
2. A ridge line in all inputs through what is left, as strong as the marginal likelihood says, nought included.

All products of two among P inputs are screened by one product of matrices, X' diag(residual) X, so time grows with
draws x P^2. Folds are dealt by a fixed seed and linear algebra keeps to one thread: the same draws give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from familyflow.ground.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from familyflow.economics.case import Flags, Floats

Term: TypeAlias = tuple[int, ...]
"""A product of inputs, by their places: (3,) is a line, (3, 3) a square, (3, 7) an interaction."""

_FOLDS: Final = 10
_DEALS: Final = 4
"""How often few draws are dealt into folds, as the deal itself moves the answer."""
_MANY: Final = 2_000
"""So many draws are dealt once, and into half as many folds: the deal no longer matters."""
_SEED: Final = 20_141
_MARGIN: Final = 4.0
"""By how much more than 2 log M a term must lower the deviance."""
_MOST_TERMS: Final = 30
_DRAWS_PER_TERM: Final = 10
_MOST_DEGREE: Final = 4
_SHORT_LIST: Final = 20
"""Products that are kept from one screening of all of them to the next."""
_SIGNAL_SHARES: Final = np.linspace(0.0, 0.99, 100)
"""How much of what is left is the line in all inputs: each is tried."""
_TINY: Final = 1e-9


def predicted(targets: Floats, inputs: Floats) -> Floats:
    """Return out-of-fold predictions (R, D, K) of targets (D, K) from inputs (D, P), for each of R deals into folds.

    Without inputs, what is predicted is the mean of the other folds.
    """
    with one_thread():
        return np.stack([_predicted(targets, inputs, fold) for fold in _deals(len(targets))])


def _deals(draws: int) -> Iterator[NDArray[np.int64]]:
    """Deal draws into folds of nearly equal size: the fold (D,) of each."""
    rng = np.random.default_rng(_SEED)
    deals, folds = (_DEALS, _FOLDS) if draws < _MANY else (1, _FOLDS // 2)
    for _ in range(deals):
        yield rng.permutation(draws) % folds


def _predicted(targets: Floats, inputs: Floats, fold: NDArray[np.int64]) -> Floats:
    """Predict each fold (D, K) from the others."""
    found = np.empty_like(targets, dtype=np.float64)
    for each in np.unique(fold):
        found[fold == each] = _from_others(targets, inputs, fold == each)
    return found


def _from_others(targets: Floats, inputs: Floats, held: Flags) -> Floats:
    """Predict the draws that are held out from all others."""
    x, z = _scaled(inputs[~held], inputs[held])
    fit = _Inputs(x)
    return np.column_stack([fit.predict(y, z) for y in targets[~held].T])


def _scaled(train: Floats, test: Floats) -> tuple[Floats, Floats]:
    """Bring inputs to mean 0 and standard deviation 1 in training; those that do not vary there are left out.

    What is to be predicted is kept within the range seen in training: no polynomial is trusted beyond it.
    """
    spread, middle = train.std(axis=0), train.mean(axis=0)
    varied = spread > _TINY * np.maximum(np.abs(middle), 1.0)
    kept = np.clip(test, train.min(axis=0), train.max(axis=0))
    own, new = ((each[:, varied] - middle[varied]) / spread[varied] for each in (train, kept))
    return own, new


class _Inputs:
    """The inputs (N, P) of a fold's training draws, and what of them does not depend on what is predicted."""

    def __init__(self, x: Floats) -> None:
        self.x = x
        self._squares = x**2
        self._products = _variances(self._squares, x, x)
        self._ridge = _Ridge.of(x)

    def predict(self, y: Floats, z: Floats) -> Floats:
        """Predict new draws whose inputs are z (M, P)."""
        mean, away = y.mean(), y - y.mean()
        if not self.x.shape[1] or not away.any():
            return np.full(len(z), mean)
        terms = self._chosen(away)
        own, new = _columns(self.x, terms), _columns(z, terms)
        weights = np.linalg.lstsq(own - own.mean(axis=0), away, rcond=None)[0]
        slopes = self._ridge.slopes(away - (own - own.mean(axis=0)) @ weights)
        return np.asarray(mean + (new - own.mean(axis=0)) @ weights + z @ slopes)

    def _chosen(self, away: Floats) -> list[Term]:
        """Choose terms one by one, until none lowers the deviance by enough."""
        chosen = _Chosen(self.x, self._squares, away)
        products: list[Term] = []
        while len(chosen.terms) < min(_MOST_TERMS, len(away) // _DRAWS_PER_TERM):
            if chosen.add(products):
                continue
            screened = self._screened(chosen.rest)
            if screened == products or not chosen.add(products := screened):
                break
        return chosen.terms

    def _screened(self, rest: Floats) -> list[Term]:
        """Return the products of two inputs that go best with what is left."""
        many = self.x.shape[1]
        together = _correlations(self.x.T @ (rest[:, None] * self.x) / len(rest), self._products, rest)
        once = np.triu(together, 0).ravel()
        few = min(_SHORT_LIST, many * (many + 1) // 2)
        best = np.sort(np.argpartition(-once, few - 1)[:few])
        return [divmod(int(place), many) for place in best]


class _Chosen:
    """The terms that are chosen so far, and what they leave of what is to be predicted."""

    def __init__(self, x: Floats, squares: Floats, away: Floats) -> None:
        self.terms: list[Term] = []
        self.rest = away
        self._x, self._squares = x, squares
        self._basis = np.full((len(away), 1), len(away) ** -0.5)
        self._parents: list[Term] = []
        self._columns = np.empty((len(away), 0))
        self._spreads = np.empty((x.shape[1], 0))
        self._found_parent(())

    def add(self, products: Sequence[Term]) -> bool:
        """Add the best candidate, of inputs, of terms times an input and of some products, if it is good enough."""
        term, price = max(self._candidates(products), key=lambda each: each[2])[:2]
        column = _columns(self._x, [term])[:, 0]
        column = column - self._basis @ (self._basis.T @ column)
        column = column - self._basis @ (self._basis.T @ column)
        size = float(column @ column)
        if size < _TINY * len(column):
            return False
        left = self.rest - column * (column @ self.rest / size)
        if _deviance(self.rest) - _deviance(left) <= price + _MARGIN:
            return False
        self.terms.append(term)
        self.rest = left
        self._basis = np.column_stack([self._basis, column / size**0.5])
        if len(term) < _MOST_DEGREE:
            self._found_parent(term)
        return True

    def _found_parent(self, term: Term) -> None:
        """Let a term times each input be a candidate from now on."""
        column = _columns(self._x, [term])
        self._parents.append(term)
        self._columns = np.column_stack([self._columns, column])
        self._spreads = np.column_stack([self._spreads, _variances(self._squares, self._x, column)])

    def _candidates(self, products: Sequence[Term]) -> Iterator[tuple[Term, float, float]]:
        """Return the best candidate of each kind, its price 2 log M, and how far it is from worth that price."""
        many = self._x.shape[1]
        together = self._x.T @ (self._columns * self.rest[:, None]) / len(self.rest)
        squared = _correlations(together, self._spreads, self.rest)
        yield self._best([(j,) for j in range(many)], squared[:, 0], many)
        if len(self._parents) > 1:
            grown = [tuple(sorted((*parent, j))) for parent in self._parents[1:] for j in range(many)]
            yield self._best(grown, squared[:, 1:].T.ravel(), many * (len(self._parents) - 1))
        if products:
            columns = _columns(self._x, products)
            columns = columns - columns.mean(axis=0)
            found = _correlations(columns.T @ self.rest / len(self.rest), (columns**2).mean(axis=0), self.rest)
            yield self._best(products, found, many * (many + 1) // 2)

    def _best(self, terms: Sequence[Term], squared: Floats, many: int) -> tuple[Term, float, float]:
        """Return the candidate with the highest squared correlation among `many`."""
        best, price = int(squared.argmax()), 2 * float(np.log(many))
        return terms[best], price, -len(self.rest) * float(np.log1p(-min(squared[best], 1 - _TINY))) - price


def _columns(x: Floats, terms: Sequence[Term]) -> Floats:
    """Return the value of each term (N, T); that of no inputs is 1."""
    return np.column_stack([np.empty((len(x), 0)), *(x[:, list(term)].prod(axis=1) for term in terms)])


def _variances(squares: Floats, x: Floats, columns: Floats) -> Floats:
    """Return the variance (P, T) of each input times each column, inputs squared given."""
    return np.asarray(squares.T @ columns**2 / len(x) - (x.T @ columns / len(x)) ** 2)


def _correlations(covariances: Floats, variances: Floats, rest: Floats) -> Floats:
    """Return squared correlations with what is left, 0 of what does not vary."""
    varied = variances > _TINY
    scale = np.where(varied, variances, 1.0) * max(float(rest @ rest) / len(rest), np.finfo(float).tiny)
    return np.where(varied, covariances**2 / scale, 0.0)


def _deviance(rest: Floats) -> float:
    """Return n log(residual sum of squares)."""
    return len(rest) * float(np.log(max(float(rest @ rest), np.finfo(float).tiny)))


@dataclass(frozen=True, eq=False)
class _Ridge:
    """A line in all inputs whose slopes are alike in size: directions (P, J) of the inputs and their strengths (J,)."""

    x: Floats
    directions: Floats
    strengths: Floats

    @classmethod
    def of(cls, x: Floats) -> _Ridge:
        """Take the smaller of the two products of inputs apart."""
        wide = x.shape[1] > len(x)
        values, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
        kept = values > _TINY * max(float(values.max(initial=0.0)), 1.0)
        values, vectors = values[kept], vectors[:, kept]
        return cls(x, x.T @ vectors / np.sqrt(values) if wide else vectors, values)

    def slopes(self, rest: Floats) -> Floats:
        """Return slopes (P,) through what is left, as strong as the marginal likelihood says."""
        if not len(self.strengths) or not rest.any():
            return np.zeros(self.x.shape[1])
        scores = self.directions.T @ (self.x.T @ rest) / np.sqrt(self.strengths)
        each = self.strengths * len(rest) / self.strengths.sum()
        share = _SIGNAL_SHARES[int(_likelihoods(each, scores, rest).argmax())]
        kept = share * each / (share * each + 1 - share)
        return np.asarray(self.directions @ (kept * scores / np.sqrt(self.strengths)))


def _likelihoods(each: Floats, scores: Floats, rest: Floats) -> Floats:
    """Return the log marginal likelihood of each signal share, its scale profiled out, up to a constant."""
    shares = _SIGNAL_SHARES[:, None]
    spread, others = shares * each + 1 - shares, len(rest) - len(each)
    beyond = max(float(rest @ rest - scores @ scores), 0.0) / (1 - _SIGNAL_SHARES)
    scale = ((scores**2 / spread).sum(axis=1) + beyond) / len(rest)
    constants = np.log(spread).sum(axis=1) + others * np.log(1 - _SIGNAL_SHARES)
    return np.asarray(-0.5 * (len(rest) * np.log(np.maximum(scale, np.finfo(float).tiny)) + constants))
