package ui

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/law"
)

// keyAttrs makes an element answer to a shortcut such as "alt+r". Letters always come with alt, so that they
// never fight a screen reader or a person who is typing.
func keyAttrs(key string) templ.Attributes {
	if key == "" {
		return nil
	}
	return templ.Attributes{"data-key": key, "aria-keyshortcuts": keyShown(key)}
}

func keyShown(key string) string {
	parts := strings.Split(key, "+")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "+")
}

// clauseHref is the public page of a clause.
func clauseHref(c law.Clause) string {
	return "/clauses/" + url.PathEscape(c.Document) + "#c-" + url.PathEscape(c.ID)
}
