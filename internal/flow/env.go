package flow

import (
	"slices"

	"linli/internal/rule"
)

// env declares the facts of the flow to the expressions that its conditions are written in.
func (b *builder) env() {
	types := map[string]rule.Type{}
	known := slices.Concat(b.flow.Facts, standardFacts)
	if b.spec.Call != nil {
		known = append(known, callFacts...)
	}
	for _, d := range known {
		switch d.Kind {
		case "bool":
			types[d.Name] = rule.YesNo
		case "number":
			types[d.Name] = rule.Whole
		case "choice":
			values := make([]string, len(d.Options))
			for i, o := range d.Options {
				values[i] = o.Value
			}
			types[d.Name] = rule.Choice(values...)
		default:
			types[d.Name] = rule.Text
		}
	}
	env, err := rule.NewEnv(types)
	if err != nil {
		b.bad("facts", "%v", err)
		return
	}
	b.rules = env
}

// condition compiles an expression; a $param inside it stands for its value.
func (b *builder) condition(path, src string) *Condition {
	if b.rules == nil {
		return nil
	}
	src = b.expand(path, src)
	var at rule.At
	if b.origin.At != nil {
		at = b.origin.At(path)
	}
	prog, err := b.rules.Compile(src, at)
	if err != nil {
		var found rule.Problems
		found.Add(at, err)
		for _, p := range found {
			b.problems = append(b.problems, Problem{Path: path, Message: p.Text, At: p.At})
		}
		return nil
	}
	return &Condition{Source: src, prog: prog}
}

// expand replaces each $param of an expression outside of quotes by its value.
func (b *builder) expand(path, src string) string {
	var out []byte
	var quote byte
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '$':
			j := i + 1
			for j < len(src) && (isName(src[j]) || src[j] == '-') {
				j++
			}
			out = append(out, literal(b.text(path, src[i:j]))...)
			i = j - 1
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// literal is a parameter's value as expressions write it.
func literal(value string) string {
	switch value {
	case "yes":
		return "true"
	case "no":
		return "false"
	}
	return value
}
