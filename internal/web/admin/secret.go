package admin

import "linli/internal/web/ui"

// secretPage shows something that is shown once.
type secretPage struct {
	Title string
	At    string // which part of the administration
	Trail []ui.Link
	Facts []ui.Pair
	Next  string
}
