package fault

import (
	"errors"
	"fmt"

	"linli/internal/law"
)

// Kind says what a person can do about a fault.
type Kind int

// The kinds. Internal is the zero value: an error nobody classified is ours.
const (
	KindInternal    Kind = iota // our mistake: report it, try later
	KindInvalid                 // mend the input named by Field
	KindNotFound                // look for another one
	KindConflict                // somebody else was first: look again
	KindForbidden               // ask somebody who may
	KindRefused                 // the rules say no, and which clause says so
	KindUnavailable             // try again in a moment
)

var kindNames = [...]string{"internal", "invalid", "notfound", "conflict", "forbidden", "refused", "unavailable"}

// String returns the kind's stable name, as logs and the API write it.
func (k Kind) String() string { return kindNames[k] }

// A FieldError is what is wrong with one field of a form.
type FieldError struct {
	Field  string
	Format string // Chinese, a fmt format
	Args   []any
}

// Message returns the sentence in Chinese.
func (f FieldError) Message() string { return sentence(f.Format, f.Args) }

// An Error is a fault with its sentence.
type Error struct {
	Kind   Kind
	Field  string // the field at fault, for one invalid field
	Format string // Chinese, a fmt format; the key into the catalogue of translations
	Args   []any
	Clause law.Clause   // what a refusal rests on
	Fields []FieldError // several invalid fields at once
	Err    error        // the cause, for the log only
}

// Message returns the sentence in Chinese, without the cause.
func (e *Error) Message() string { return sentence(e.Format, e.Args) }

// Error returns the sentence with kind, field, clause and cause, for logs.
func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Message()
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	for _, f := range e.Fields {
		s += "; " + f.Field + ": " + f.Message()
	}
	if !e.Clause.IsZero() {
		s += " [" + e.Clause.String() + "]"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func sentence(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// Invalid reports one field that must be mended.
func Invalid(field, format string, args ...any) error {
	return &Error{Kind: KindInvalid, Field: field, Format: format, Args: args,
		Fields: []FieldError{{field, format, args}}}
}

// Fields reports several invalid fields at once; nil when there are none.
func Fields(list []FieldError) error {
	if len(list) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Field: list[0].Field, Format: "有 %d 处填写需要修改", Args: []any{len(list)}, Fields: list}
}

// NotFound reports that the thing asked for does not exist, or not for this actor.
func NotFound(format string, args ...any) error {
	return &Error{Kind: KindNotFound, Format: format, Args: args}
}

// Conflict reports that the thing changed, or was done, meanwhile.
func Conflict(format string, args ...any) error {
	return &Error{Kind: KindConflict, Format: format, Args: args}
}

// Forbidden reports that the actor may not do this.
func Forbidden(format string, args ...any) error {
	return &Error{Kind: KindForbidden, Format: format, Args: args}
}

// Refused reports that a rule says no. The clause is required: a refusal without one is an internal fault.
func Refused(clause law.Clause, format string, args ...any) error {
	if clause.IsZero() {
		return Internal(errors.New("refusal without a clause: "+sentence(format, args)), "拒绝未载明依据")
	}
	return &Error{Kind: KindRefused, Format: format, Args: args, Clause: clause}
}

// Unavailable reports a passing condition: a full queue, a database away, a full disk.
func Unavailable(err error, format string, args ...any) error {
	return &Error{Kind: KindUnavailable, Format: format, Args: args, Err: err}
}

// Internal reports our own mistake; err goes to the log, never to a person.
func Internal(err error, format string, args ...any) error {
	return &Error{Kind: KindInternal, Format: format, Args: args, Err: err}
}

// As returns the fault inside err, or nil when there is none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// KindOf returns the kind of the fault inside err; an error nobody classified is internal.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	return KindInternal
}
