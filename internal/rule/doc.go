// Package rule evaluates the expressions in packs: conditions, amounts and choices, typed when a pack is loaded and
// answered with yes, no, or the facts that are still needed. It is CEL behind our own types. No other package
// imports CEL or the decimal library.
//
// # What it promises
//
// A mistake is found when the pack is loaded, with file, line and column: an unknown name, a comparison of yuan with
// yuan per month, a number multiplied by a whole, an option a choice does not have, a date that does not exist, a
// whole division that would lose its remainder, a loop whose worst case costs too much. As facts are held to the
// sizes that the estimate assumes (MaxText, MaxList, MaxItem), an expression that loads never runs out of budget.
//
// Numbers are exact. A literal with a decimal point is a Decimal with the digits as written; addition, subtraction and
// multiplication are exact or an error; division alone rounds, to 19 significant digits. There is no floating point.
//
// A compiled expression is immutable and safe for concurrent use.
//
// # The language
//
// Types: yes-no, text (or a choice of options), whole, number, date, yuan, yuan/day, yuan/month, yuan/quarter,
// yuan/year, and lists of these. Operators: && || ! ?: == != < <= > >= in, + - * for wholes and numbers, / for
// numbers, % for wholes; money + - money of the same period, money * / number, money / money (a number); date - date
// (days). Functions beyond CEL's own for text and lists (size, contains, startsWith, endsWith, matches, exists, all,
// exists_one, filter, map):
//
//	number(whole)                            a whole as a number; 0.8 and 2.0 are numbers already
//	yuan(n) yuan_per_month(n) …              money from a number or whole; amount(money) the other way
//	total(money per period, whole)           what so many periods come to, in yuan
//	round(x, places) floor ceil              of numbers and money; round is 四舍五入
//	min(a, b) max(a, b)                      of two wholes, numbers, amounts or dates
//	date("2012-11-01")                       year(d) month(d) day(d)
//	plus_days(d, n) plus_months plus_years   the corresponding day, or the month's last
//	age(birth, on)                           completed years, see Age
//
// # Three answers
//
// A fact that is absent is unknown. Yes and No are sound: no completion of the facts gives another answer, though one
// may fail to compute in a part that did not matter. They are not complete: "needs" may be answered although every
// completion agrees, when the same fact decides two parts against each other ("a || !a", "n > 3 || n <= 3"), because
// parts are weighed one by one. For expressions that mention each fact once and join plain facts by && || !, the
// answer and its needs are exact. A ?: whose condition is unknown is decided when both branches are known and equal,
// but not when they are merely on the same side of a comparison. Inside a loop all unknown facts count as needed.
// Part of a condition that cannot be computed (overflow, division by zero) counts for nothing when another part
// decides, and for "needs" while another part is open; otherwise it is an error.
//
// # Many rows at once
//
// Term gives a checked expression as plain data; package column below this folder lays it out over columns and asks a thousand rows at a time, with the
// same answers.
//
// # What it never does
//
// It has no tables, does no I/O, reads no clock (the date is a fact), and knows no domain: names and types of facts
// come from the caller.
package rule
