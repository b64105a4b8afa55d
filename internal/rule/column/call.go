package column

import (
	"math"
	"strings"

	"linli/internal/rule"
)

// call lays out an operator or a function over its parts.
func (p *Plan) call(t *rule.Term, part func(*rule.Term) (int, error)) (int, error) {
	if t.Op == "in" {
		return p.in(t, part)
	}
	args, err := p.parts(t.Args, part)
	if err != nil {
		return 0, err
	}
	out := slot{typ: t.Type}
	out.shape, _ = shapeOf(t.Type)
	switch t.Op {
	case "!":
		return p.add(step{op: opNot, args: args}, out), nil
	case "?:":
		return p.choose(t, args, out)
	case "==", "!=", "<", "<=", ">", ">=":
		return p.compare(t.Op, args)
	case "neg":
		return p.moved(opNeg, args, out)
	case "+", "-", "*", "/", "%":
		return p.arithmetic(t.Op, args, out)
	case "min", "max":
		return p.extreme(t.Op, args, out)
	case "round", "floor", "ceil":
		return p.rounding(t.Op, args, out)
	case "number", "amount", "total":
		return p.amount(t.Op, args, out)
	case "age", "year", "month", "day", "plus_days", "plus_months", "plus_years":
		return p.days(t.Op, args, out)
	}
	if strings.HasPrefix(t.Op, "yuan") && len(args) == 1 && p.shaped(args, shapeWhole, shapeScaled, shapeFree) {
		return p.renamed(args[0], out), nil
	}
	return 0, errUnknown
}

// shaped reports whether all are of one of the shapes.
func (p *Plan) shaped(args []int, shapes ...shape) bool {
	for _, a := range args {
		ok := false
		for _, s := range shapes {
			ok = ok || p.slots[a].shape == s
		}
		if !ok {
			return false
		}
	}
	return true
}

// renamed is the same numbers under another type: a whole as a number, a number as money.
func (p *Plan) renamed(s int, out slot) int {
	from := p.slots[s]
	if from.shape == shapeWhole {
		from.places = 0
	}
	if from.shape != shapeFree {
		from.shape = shapeScaled
	}
	from.typ = out.typ
	if from.fixed {
		return p.constant(from)
	}
	return p.add(step{op: opScale, args: []int{s}, k: 1}, from)
}

// scaled brings a part to more places.
func (p *Plan) scaled(s, places int) (int, error) {
	from := p.slots[s]
	if from.places == places {
		return s, nil
	}
	by := places - from.places
	if by < 0 || by > 18 {
		return 0, errUnknown
	}
	factor := int64(1)
	for range by {
		factor *= 10
	}
	to := from
	to.places = places
	if from.fixed {
		if from.k > math.MaxInt64/factor || from.k < math.MinInt64/factor {
			return 0, errUnknown
		}
		to.k *= factor
		return p.constant(to), nil
	}
	return p.add(step{op: opScale, args: []int{s}, k: factor}, to), nil
}

// free turns a part into Decimals.
func (p *Plan) free(s int) int {
	from := p.slots[s]
	if from.shape == shapeFree {
		return s
	}
	return p.add(step{op: opFree, args: []int{s}}, slot{shape: shapeFree, typ: from.typ})
}

// alike brings parts of numbers and money to one form.
func (p *Plan) alike(args []int) ([]int, slot, error) {
	out := append([]int{}, args...)
	first := p.slots[args[0]]
	if p.shaped(args, shapeScaled, shapeFree) {
		most, isFree := 0, false
		for _, a := range args {
			most, isFree = max(most, p.slots[a].places), isFree || p.slots[a].shape == shapeFree
		}
		for i, a := range args {
			if isFree {
				out[i] = p.free(a)
				continue
			}
			s, err := p.scaled(a, most)
			if err != nil {
				return nil, slot{}, err
			}
			out[i] = s
		}
		first = p.slots[out[0]]
	}
	if !p.shaped(out, first.shape) {
		return nil, slot{}, errUnknown
	}
	return out, slot{shape: first.shape, places: first.places, typ: first.typ}, nil
}

func (p *Plan) compare(op string, args []int) (int, error) {
	args, form, err := p.alike(args)
	yesNo := slot{shape: shapeYesNo, typ: rule.YesNo}
	equality := op == "==" || op == "!="
	switch {
	case err != nil:
		return 0, err
	case form.shape == shapeList, !equality && (form.shape == shapeText || form.shape == shapeYesNo):
		return 0, errUnknown
	case equality:
		if p.slots[args[0]].fixed {
			args[0], args[1] = args[1], args[0]
		}
		return p.negated(op == "!=", p.add(step{op: opEqual, args: args}, yesNo)), nil
	case op == ">" || op == "<=": // a > b is b < a
		args[0], args[1] = args[1], args[0]
	}
	return p.negated(op == "<=" || op == ">=", p.add(step{op: opLess, args: args}, yesNo)), nil
}

func (p *Plan) negated(is bool, s int) int {
	if !is {
		return s
	}
	return p.add(step{op: opNot, args: []int{s}}, slot{shape: shapeYesNo, typ: rule.YesNo})
}

// in is membership in a list that is written out.
func (p *Plan) in(t *rule.Term, part func(*rule.Term) (int, error)) (int, error) {
	if t.Args[1].Op != rule.OpList {
		return 0, errUnknown
	}
	s, err := part(t.Args[0])
	if err != nil {
		return 0, err
	}
	if !p.shaped([]int{s}, shapeWhole, shapeText, shapeDate) {
		return 0, errUnknown
	}
	var list []int64
	for _, a := range t.Args[1].Args {
		e, err := p.inner(a)
		if err != nil {
			return 0, err
		}
		if x := p.slots[e]; !x.fixed || x.shape != p.slots[s].shape {
			return 0, errUnknown
		}
		list = append(list, p.slots[e].k)
	}
	return p.add(step{op: opIn, args: []int{s}, list: list}, slot{shape: shapeYesNo, typ: rule.YesNo}), nil
}

func (p *Plan) choose(t *rule.Term, args []int, out slot) (int, error) {
	branches, form, err := p.alike(args[1:])
	if err != nil || form.shape == shapeList {
		return 0, errUnknown
	}
	out.shape, out.places = form.shape, form.places
	return p.add(step{op: opChoose, args: []int{args[0], branches[0], branches[1]}, agrees: t.Agrees}, out), nil
}

// moved is a step that keeps the form of its parts.
func (p *Plan) moved(op code, args []int, out slot) (int, error) {
	out.shape, out.places = p.slots[args[0]].shape, p.slots[args[0]].places
	if !p.shaped(args, shapeWhole, shapeScaled, shapeFree) {
		return 0, errUnknown
	}
	return p.add(step{op: op, args: args}, out), nil
}

func (p *Plan) arithmetic(op string, args []int, out slot) (int, error) {
	switch {
	case op == "-" && p.shaped(args, shapeDate):
		return p.add(step{op: opDays, args: args}, slot{shape: shapeWhole, typ: out.typ}), nil
	case !p.shaped(args, shapeWhole) && !p.shaped(args, shapeScaled, shapeFree):
		return 0, errUnknown
	case op == "%":
		return p.moved(opMod, args, out)
	case op == "/" && p.shaped(args, shapeWhole):
		return 0, errUnknown
	case op == "/":
		return p.add(step{op: opQuo, args: []int{p.free(args[0]), p.free(args[1])}}, slot{shape: shapeFree, typ: out.typ}), nil
	case op == "*":
		return p.product(args, out)
	}
	args, form, err := p.alike(args)
	if err != nil {
		return 0, err
	}
	form.typ = out.typ
	if op == "-" {
		return p.add(step{op: opSub, args: args}, form), nil
	}
	return p.add(step{op: opAdd, args: args}, form), nil
}

func (p *Plan) product(args []int, out slot) (int, error) {
	a, b := p.slots[args[0]], p.slots[args[1]]
	if a.shape == shapeFree || b.shape == shapeFree || a.places+b.places > 18 {
		args = []int{p.free(args[0]), p.free(args[1])}
		return p.add(step{op: opMul, args: args}, slot{shape: shapeFree, typ: out.typ}), nil
	}
	out.places = a.places + b.places
	if a.fixed {
		args = []int{args[1], args[0]}
	}
	return p.add(step{op: opMul, args: args}, out), nil
}

func (p *Plan) extreme(op string, args []int, out slot) (int, error) {
	args, form, err := p.alike(args)
	if err != nil || !p.shaped(args, shapeWhole, shapeScaled, shapeFree, shapeDate) {
		return 0, errUnknown
	}
	form.typ = out.typ
	if op == "min" {
		return p.add(step{op: opMin, args: args}, form), nil
	}
	return p.add(step{op: opMax, args: args}, form), nil
}

var roundings = map[string]code{"round": opRound, "floor": opFloor, "ceil": opCeil}

func (p *Plan) rounding(op string, args []int, out slot) (int, error) {
	places := p.slots[args[1]]
	if !places.fixed || places.k < 0 || places.k > 18 {
		return 0, errUnknown
	}
	from := p.slots[args[0]]
	if from.shape == shapeScaled && from.places <= int(places.k) {
		return args[0], nil
	}
	out.places = int(places.k)
	k := int64(1)
	if from.shape == shapeScaled {
		for range from.places - out.places {
			k *= 10
		}
	}
	return p.add(step{op: roundings[op], args: args[:1], k: k, list: []int64{places.k}}, out), nil
}

func (p *Plan) amount(op string, args []int, out slot) (int, error) {
	if op == "total" {
		return p.product([]int{args[0], p.renamed(args[1], slot{typ: rule.Number})}, out)
	}
	if !p.shaped(args, shapeWhole, shapeScaled, shapeFree) {
		return 0, errUnknown
	}
	return p.renamed(args[0], out), nil
}

var dayParts = map[string]code{"age": opAge, "year": opYear, "month": opMonth, "day": opDay, "plus_days": opPlusDays, "plus_months": opPlusMonths, "plus_years": opPlusMonths}

func (p *Plan) days(op string, args []int, out slot) (int, error) {
	if !p.shaped(args[:1], shapeDate) {
		return 0, errUnknown
	}
	s := step{op: dayParts[op], args: args, k: 1}
	if op == "plus_years" {
		s.k = 12
	}
	return p.add(s, out), nil
}
