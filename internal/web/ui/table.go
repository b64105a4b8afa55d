package ui

import "github.com/a-h/templ"

// A Table is rows under named columns; on a phone each row becomes a card with the names beside the values.
type Table struct {
	Caption string // what the rows are; read out, and shown when ShowCaption
	Cols    []Col
	Rows    []TableRow
	Empty   templ.Component // shown instead of a table without rows; nil says "没有记录"
	Check   string          // name of the check boxes before the rows, for bulk actions inside a form; "" none
	Shown   bool            // show the caption
}

// A Col is a column.
type Col struct {
	Name string
	Num  bool   // figures: to the right, of equal width
	Sort string // address that sorts by this column
	Up   bool   // sorted by this column, ascending
	Down bool   // sorted by this column, descending
	Main bool   // the column that names the row: the card's heading on a phone
}

// A TableRow is a row; ID is the value of its check box.
type TableRow struct {
	ID    string
	Mark  Mark // a stripe beside the row; a cell must say the same in words
	Cells []Cell
}

// A Cell is text, a link, or any component.
type Cell struct {
	Text string
	Href string
	Note string // smaller, below
	Body templ.Component
}

// Cells makes cells of plain text.
func Cells(words ...string) []Cell {
	out := make([]Cell, len(words))
	for i, w := range words {
		out[i].Text = w
	}
	return out
}

func (c Col) sorted() string {
	switch {
	case c.Up:
		return "ascending"
	case c.Down:
		return "descending"
	}
	return "none"
}

// A Pager leads through a long list by cursors.
type Pager struct {
	Prev  string // address, "" when this is the first page
	Next  string // address, "" when this is the last
	Shown int    // rows on this page
	Total int64  // of the whole list; negative when not counted
}

// rowName is what a screen reader calls a row: its main cell, or its id.
func rowName(t Table, r TableRow) string {
	for i, c := range r.Cells {
		if t.Cols[i].Main && c.Text != "" {
			return c.Text
		}
	}
	return r.ID
}
