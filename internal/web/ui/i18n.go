package ui

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"linli/internal/web/ui/catalogue"
)

// A Lang is a language pages are written in.
type Lang string

// The languages. Chinese is the source; every other one is a catalogue.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// T says the Chinese format in the reader's language with args filled in. A sentence without a translation is
// said in Chinese. Without args the format is not interpreted, so a lone percent sign is safe.
func T(ctx context.Context, format string, args ...any) string {
	if LangOf(ctx) == English {
		if s, ok := catalogue.Say(string(English), format); ok {
			format = s
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// N marks a Chinese word that is kept in a table and said later with T, so that the catalogue's check finds it.
func N(format string) string { return format }

// LangOf returns the reader's language; Chinese when nobody chose.
func LangOf(ctx context.Context) Lang {
	if l := readerOf(ctx).Lang; l != "" {
		return l
	}
	return Chinese
}

// tag returns the language for the html element.
func (l Lang) tag() string {
	if l == English {
		return "en"
	}
	return "zh-CN"
}

// langOf chooses a language: the cookie the reader set, else the first known one in Accept-Language.
// Chinese wins when the header names neither, because the city speaks Chinese.
func langOf(r *http.Request) Lang {
	if c, err := r.Cookie(langCookie); err == nil && (c.Value == string(Chinese) || c.Value == string(English)) {
		return Lang(c.Value)
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";")
		switch base, _, _ := strings.Cut(tag, "-"); Lang(base) {
		case Chinese, English:
			return Lang(base)
		}
	}
	return Chinese
}

// LangTag is the language of the request as the html element names it, for pages that bring their own frame.
func LangTag(ctx context.Context) string { return LangOf(ctx).tag() }
