"""What is shown of TeX in titles and abstracts, rule by rule; the table of formulas is in tests/golden."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from feeds.maths import as_tex, to_html, to_mathml, to_plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"$\Bz\to\pip$", "Bz → pip"),
        (r"We call it \ours.", "We call it ours."),
        (r"\ours{} is \Ours fast", "ours is Ours fast"),
        (r"the \tool{Great} one", "the tool Great one"),
        (r"$\Mat{N}(\Q)$", "Mat(N)(ℚ)"),
        (r"(\k{appa} = 0.7)", "(kappa = 0.7)"),
        (r"$\p\subset B$", "p ⊂ B"),
        (r"\begin{weird} stays \end{weird}", " stays "),
    ],
)
def test_an_unknown_command_keeps_its_name(text: str, plain: str) -> None:
    assert to_plain(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"$\sim 70%$ of all", "∼70% of all"),
        (r"50% and 60\% of $x$", "50% and 60% of x"),
        (r"100 % $x$" + "\n" + "next line", "100 % x\nnext line"),
    ],
)
def test_a_percent_sign_starts_no_comment(text: str, plain: str) -> None:
    assert to_plain(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("costs $5 and $6", "costs $5 and $6"),
        ("from $3M to $300M+ a year", "from $3M to $300M+ a year"),
        ("below $0.30 a query", "below $0.30 a query"),
        (r"\$5 or \$6 for $n$ papers", "$5 or $6 for n papers"),
        ("a price of $5 and of $n$", "a price of $5 and of n"),
        ("at $8$ TeV$ and 1 fb$^{-1}$ of data", "at 8 TeV and 1 fb⁻¹ of data"),
        (r"\frac{1}{x}$ and the limit of $\pi$", "1/x and the limit of π"),
        ("of the form $$ x^2 and more", "of the form x² and more"),
        ("$$ A theorem", "A theorem"),
        ("decays as $^{-2}, where", "decays as ⁻², where"),
        ("costs 10$ or 5 US$ and R$ 5", "costs 10$ or 5 US$ and R$ 5"),
        ("$", "$"),
        ("$5$ points", "5 points"),
    ],
)
def test_an_odd_dollar_and_money_are_no_formula(text: str, plain: str) -> None:
    assert to_plain(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x_1 and y_n, p_T too", "x₁ and yₙ, p_T too"),
        ("R^n and T^6/Z_3", "Rⁿ and T⁶/Z₃"),
        ("SL_2(C), RCA_0 and chi_2", "SL₂(C), RCA₀ and chi₂"),
        ("10^-6, 10^{15} and 2x10^36 cm^-2", "10⁻⁶, 10¹⁵ and 2x10³⁶ cm⁻²"),
        ("O(2^M), (W+1)^L and 10^(-4)", "O(2ᴹ), (W+1)ᴸ and 10⁻⁴"),
        (r"\alpha_s, \omega'_0 and n_\delta", "αₛ, ω'₀ and n_δ"),
        ("D^0pi^+mu^-mu^-", "D⁰pi⁺mu⁻mu⁻"),
        ("N(^{12}CO) and theta_{13}", "N(¹²CO) and theta₁₃"),
        ("about 10 M_sun", "about 10 M☉"),
        ("39^o", "39°"),
    ],
)
def test_scripts_outside_of_formulas_are_taken_where_they_look_like_some(text: str, plain: str) -> None:
    assert to_plain(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "snake_case and lm_head and rule_v2",
        "on_insert, Q4_K_M, value_and_grad, CHASE_BD1",
        "_less_ and _more effective_",
        "https://example.org/a_b/c^2/~me/x_1?q=1&p=50%",
        "file_1.txt, x_1.csv and a.b_c.py",
        "me_too@example.org, x_1@example.org",
        r"C:\Users\a_b and ^_^",
        "a ^ b _ c",
        "kE^-alpha",
        "-->, --flag and <--",
    ],
)
def test_names_files_and_addresses_are_left_alone(text: str) -> None:
    assert to_plain(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"Schr\"odinger, Poincar\'{e}, H\'enon", "Schrödinger, Poincaré, Hénon"),
        (r"\textbf{bold} \emph{and \textsc{more}} {\it of it}", "bold and more of it"),
        (r"\href{https://example.org/a\_b}{our page}", "our page (https://example.org/a_b)"),
        (r"\href{https://example.org/a_b}{https://example.org/a\_b}", "https://example.org/a_b"),
        (r"\url{https://example.org/~a%20b}", "https://example.org/~a%20b"),
        (r"shown in~\cite{knuth84} and \ref{fig:1}, \eqref{eq}", "shown in [knuth84] and fig:1, (eq)"),
        (r"Fig.~3 of Russell~1000", "Fig. 3 of Russell 1000"),
        (r"~10 to 5~10, /~name", "~10 to 5~10, /~name"),
        ("50--90, then---so", "50–90, then—so"),
        ("``quoted''", "“quoted”"),
        (r"R\&D \#1 \_x \{a\}", "R&D #1 _x {a}"),
        (r"180{,}000 of {m}edical {1, 2}", "180,000 of medical {1, 2}"),
        (r"5\,km, vs.\ others\footnote{Mostly.}", "5 km, vs. others (Mostly.)"),
        (r"{\mu}m at 65{\deg}C", "μm at 65°C"),
        (r"sqrt{s} = 7", "√s = 7"),
    ],
)
def test_words_lose_their_tex(text: str, plain: str) -> None:
    assert to_plain(text) == plain


@pytest.mark.parametrize("text", [r"\(x+y\)", r"\[x+y\]", "$$x+y$$", "$x+y$", r"\begin{equation}x+y\end{equation}"])
def test_every_way_to_mark_a_formula_is_known(text: str) -> None:
    assert to_plain(f"a {text} b") == "a x+y b"
    assert to_html(f"a {text} b") == "a <i>x</i>+<i>y</i> b"
    assert ('display="block"' in to_mathml(text)) == (text[:2] in (r"\[", "$$", r"\b"))


def test_markup_in_texts_survives_escaped() -> None:
    text = r"<b>R&D</b> of $i<j$ \texttt{<SEG>} & \textbf{a<b} ]]>"
    assert to_plain(text) == "<b>R&D</b> of i < j <SEG> & a<b ]]>"
    assert to_html(text) == (
        "&lt;b&gt;R&amp;D&lt;/b&gt; of <i>i</i> &lt; <i>j</i> &lt;SEG&gt; &amp; <b>a&lt;b</b> ]]&gt;"
    )
    assert "<b>a&lt;b</b>" in to_mathml(text)
    assert "<script" not in to_html(r"$\text{<script>}$ \href{<script>}{<script>} \<script>")


def test_tex_stays_as_it_is_for_those_who_ask_for_it() -> None:
    assert as_tex(r"$a<b$ & \textbf{c}") == Markup(r"$a&lt;b$ &amp; \textbf{c}")


@pytest.mark.parametrize("text", ["", "Plain words", "Größe 漢字 🙂, 5 % ~ 10 @ [x] (y) #3", "well-known 'x'"])
def test_words_without_tex_are_only_escaped(text: str) -> None:
    assert to_plain(text) == text
    assert to_html(text) == to_mathml(text) == Markup.escape(text)
