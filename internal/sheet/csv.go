package sheet

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"linli/internal/fault"
)

// maxRecord bounds one record, in bytes: a quotation mark that is never closed does not swallow the rest of a table.
const maxRecord = 256 << 10

// maxLine bounds one line, in bytes.
const maxLine = 4 << 20

// A csvReader splits comma- or tab-separated text (RFC 4180; line ends LF, CRLF or CR CR LF; quoted cells may hold line ends). A row it
// cannot split costs one line, never its neighbours.
type csvReader struct {
	in    *bufio.Reader
	comma byte
	line  int      // number of the last line taken
	back  []string // lines read ahead and given back, the next one last
}

func newCSVReader(r io.Reader, comma byte) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(r, 64<<10), comma: comma}
}

// next returns the next record that is not an empty line. Returns io.EOF at the end.
func (c *csvReader) next() (Record, error) {
	for {
		first, err := c.take()
		if err != nil {
			return Record{}, err
		}
		if strings.TrimRight(first, "\r\n") != "" {
			return c.record(first)
		}
	}
}

// record reads on from its first line as long as a quotation is open.
func (c *csvReader) record(first string) (Record, error) {
	r := Record{Line: c.line}
	var s splitter
	s.comma = c.comma
	var more []string
	size := 0
	for line := first; ; {
		s.feed(line)
		size += len(line)
		if !s.quoted || s.bad != "" {
			break
		}
		if size > maxRecord {
			s.bad = "引号没有成对，或这一行过长"
			break
		}
		next, err := c.take()
		if errors.Is(err, io.EOF) {
			s.bad = "引号没有成对"
			break
		}
		if err != nil {
			return r, err
		}
		line = next
		more = append(more, line)
	}
	if s.bad != "" {
		c.giveBack(more)
		r.Raw, r.Why = strings.TrimRight(first, "\r\n"), s.bad
		return r, nil
	}
	r.Cells = s.end()
	return r, nil
}

// take returns a line with its end.
func (c *csvReader) take() (string, error) {
	if n := len(c.back); n > 0 {
		line := c.back[n-1]
		c.back = c.back[:n-1]
		c.line++
		return line, nil
	}
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return "", fault.Invalid("file", "第 %d 行超过 %d MB，不像一张表", c.line+1, maxLine>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)):
			return "", err
		}
		break
	}
	c.line++
	return string(line), nil
}

func (c *csvReader) giveBack(lines []string) {
	for i := len(lines) - 1; i >= 0; i-- {
		c.back = append(c.back, lines[i])
	}
	c.line -= len(lines)
}

// A splitter cuts one record into cells, line by line.
type splitter struct {
	comma  byte
	cells  []string
	cell   strings.Builder
	quoted bool // inside quotation marks
	closed bool // behind the closing mark of a cell
	bad    string
}

func (s *splitter) feed(line string) {
	for i := 0; i < len(line) && s.bad == ""; i++ {
		b := line[i]
		switch {
		case s.quoted && b == '"' && i+1 < len(line) && line[i+1] == '"':
			s.cell.WriteByte('"')
			i++
		case s.quoted && b == '"':
			s.quoted, s.closed = false, true
		case s.quoted:
			s.cell.WriteByte(b)
		case (b == '\r' || b == '\n') && strings.Trim(line[i:], "\r\n") == "":
			return
		case b == s.comma:
			s.flush()
		case s.closed:
			s.bad = "引号后面还有文字"
		case b == '"' && s.cell.Len() == 0:
			s.quoted = true
		default:
			s.cell.WriteByte(b)
		}
	}
}

func (s *splitter) flush() {
	s.cells = append(s.cells, s.cell.String())
	s.cell.Reset()
	s.closed = false
}

func (s *splitter) end() []string {
	s.flush()
	return s.cells
}
