from familyflow.ground.problem import Problem, suggestion


def test_a_problem_is_its_sentence() -> None:
    assert str(Problem("swindon.toml: years = -1: a whole number from 1")) == (
        "swindon.toml: years = -1: a whole number from 1"
    )


def test_a_near_name_is_suggested() -> None:
    assert suggestion("swindn", ("somerset", "swindon")) == " (did you mean 'swindon'?)"


def test_a_name_in_the_wrong_case_is_suggested_as_it_should_be_written() -> None:
    assert suggestion("PRICE.CIN_MONTH", ("price.cin_month",)) == " (did you mean 'price.cin_month'?)"


def test_nothing_is_suggested_when_no_name_is_near() -> None:
    assert suggestion("xyz", ("somerset", "swindon")) == ""


def test_nothing_is_suggested_when_nothing_is_allowed() -> None:
    assert suggestion("swindon", ()) == ""
