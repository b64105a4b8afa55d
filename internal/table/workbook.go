package table

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"linli/internal/blob"
	"linli/internal/fault"
)

// Bounds of a template that somebody uploads.
const (
	mostUnpacked = 32 << 20
	mostSheets   = 20
	mostRows     = 500
	mostCells    = 200
)

func unreadable() error {
	return fault.Invalid("file", "这个文件不能作为报表模板：请上传没有加密的 .xlsx 工作簿，不超过 %d 张工作表、%d 行", mostSheets, mostRows)
}

// open opens a template's workbook.
func (x *Tables) open(f blob.File) (*excelize.File, error) {
	file, err := x.files.Open(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	book, err := excelize.OpenReader(file, excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked})
	if err != nil {
		return nil, unreadable()
	}
	return book, nil
}

// propose reads a workbook's first sheet: each text with an empty cell to its right is a label of that cell.
func (x *Tables) propose(f blob.File) (sheet string, cells []Cell, err error) {
	book, err := x.open(f)
	if err != nil {
		return "", nil, err
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if len(sheets) == 0 || len(sheets) > mostSheets {
		return "", nil, unreadable()
	}
	sheet = sheets[0]
	rows, err := book.Rows(sheet)
	if err != nil {
		return "", nil, unreadable()
	}
	defer rows.Close()
	for line := 1; rows.Next(); line++ {
		row, err := rows.Columns()
		if err != nil || line > mostRows {
			return "", nil, unreadable()
		}
		for column, text := range row {
			text = strings.TrimSpace(text)
			last := column == len(row)-1
			if text == "" || !last && strings.TrimSpace(row[column+1]) != "" || last && column == 0 && line == 1 { // a heading over the table
				continue
			}
			at, err := excelize.CoordinatesToCellName(column+2, line)
			if err == nil && len(cells) < mostCells {
				label := strings.TrimRight(text, "：: ")
				cells = append(cells, Cell{At: at, Label: label, Datum: label, Kind: "whole"})
			}
		}
	}
	if len(cells) == 0 {
		return "", nil, fault.Invalid("file", "没有找到要填的单元格：请在名称右边留出空格")
	}
	return sheet, cells, nil
}

// fill writes the values of a sheet into its workbook, or into a new one where the table comes from a document.
func (x *Tables) fill(d *Demand, values map[string]Value) ([]byte, error) {
	book := excelize.NewFile()
	sheet := book.GetSheetName(0)
	if d.file.Hash != "" {
		var err error
		if book, err = x.open(d.file); err != nil {
			return nil, err
		}
		sheet = d.Sheet
	} else {
		if err := blank(book, sheet, d); err != nil {
			return nil, err
		}
	}
	defer book.Close()
	for _, c := range d.Cells {
		if err := put(book, sheet, c, values[c.At].Text); err != nil {
			return nil, fmt.Errorf("fill cell %s: %w", c.At, err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return b.Bytes(), nil
}

// blank lays out the table of a document: its title, and each label left of its cell.
func blank(book *excelize.File, sheet string, d *Demand) error {
	if err := book.SetCellStr(sheet, "A1", d.Title); err != nil {
		return err
	}
	for _, c := range d.Cells {
		column, line, err := excelize.CellNameToCoordinates(c.At)
		if err != nil || column < 2 {
			continue
		}
		at, err := excelize.CoordinatesToCellName(column-1, line)
		if err != nil {
			return err
		}
		if err := book.SetCellStr(sheet, at, c.Label); err != nil {
			return err
		}
	}
	return book.SetColWidth(sheet, "A", "A", 28)
}

// put writes one value: figures as figures, everything else as text, which no spreadsheet computes.
func put(book *excelize.File, sheet string, c Cell, text string) error {
	if c.Kind != "text" {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return book.SetCellFloat(sheet, c.At, n, -1, 64)
		}
	}
	return book.SetCellStr(sheet, c.At, text)
}
