package window

import (
	"context"
	"fmt"

	"linli/internal/casework"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// lists shows a book whose columns stand under several headings as that many tables, one below the other. A case stands in each that it has reached,
// which is told by the first column of it, and each row leads to the same case in the next. Nil for a book of one piece.
func (p *Pages) lists(ctx context.Context, b *pack.Book, list []casework.Inscription) (tables []ui.Table) {
	names := b.Lists()
	reached := make([]map[int]bool, len(names)) // by list: rows
	rows := make([][]string, len(list))
	for i, n := range list {
		rows[i] = p.Town.BookRow(ctx, b, n)
		for at, name := range names {
			if reached[at] == nil {
				reached[at] = map[int]bool{}
			}
			first := firstUnder(b, name)
			reached[at][i] = rows[i][first] != "" && (at == 0 || reached[at-1][i])
		}
	}
	for at, name := range names {
		t := ui.Table{Caption: ui.T(ctx, name), Empty: ui.Empty(ui.T(ctx, "还没有走到这一步的"), "")}
		var shown []int
		for i, c := range b.Columns {
			if c.Under == "" || c.Under == name {
				shown = append(shown, i)
				t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, c.Label), Main: len(shown) == 1})
			}
		}
		if at+1 < len(names) {
			t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "下一张清单")})
		}
		for i, n := range list {
			if !reached[at][i] {
				continue
			}
			row := ui.TableRow{ID: n.ID.String()}
			for k, c := range shown {
				cell := ui.Cell{Text: rows[i][c]}
				if k == 0 {
					cell.Href = part.CaseHref(n.ID)
					cell.Body = listCell(listRow(at, n), cell)
				}
				row.Cells = append(row.Cells, cell)
			}
			if at+1 < len(names) {
				next := ui.Cell{Text: ui.T(ctx, "还没有%s", ui.T(ctx, names[at+1]))}
				if reached[at+1][i] {
					next = ui.Cell{Text: ui.T(ctx, "%s ↓", ui.T(ctx, names[at+1])), Href: "#" + listRow(at+1, n)}
				}
				row.Cells = append(row.Cells, next)
			}
			t.Rows = append(t.Rows, row)
		}
		tables = append(tables, t)
	}
	return tables
}

func firstUnder(b *pack.Book, name string) int {
	for i, c := range b.Columns {
		if c.Under == name {
			return i
		}
	}
	return 0
}

func listRow(at int, n casework.Inscription) string { return fmt.Sprintf("list-%d-%s", at+1, n.ID) }
