import pickle

from familyflow.ground.bounds import OutOfBoundsError


def test_what_is_out_of_bounds_is_told_in_a_sentence_by_another_process_too() -> None:
    error = pickle.loads(pickle.dumps(OutOfBoundsError("teams", "join", -1, 5)))  # noqa: S301 - our own
    assert str(error) == "join reaches for number -1 of teams, which has 5, from 0"
    assert isinstance(error, IndexError)
