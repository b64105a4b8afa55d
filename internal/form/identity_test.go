package form

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"linli/internal/fault"
)

// The numbers below are invented: area 990000 is assigned to no place.
func TestIDNumber(t *testing.T) {
	for number, want := range map[string]string{
		withCheck("99000019491231002"): "1949-12-31 女",
		withCheck("99000020000229001"): "2000-02-29 男",
	} {
		birth, sex, err := IDNumber(number)
		if err != nil || birth.String()+" "+sex.Words() != want {
			t.Errorf("%s = %v %v, %v; want %s", number, birth, sex, err, want)
		}
	}
	for number, want := range map[string]string{
		"":                                         "应为 18 位，现为 0 位",
		"990000491231002":                          "15 位的旧身份证号已停用",
		"9900001949123100":                         "现为 16 位",
		"99000019491231002１":                       "现为",
		withCheck("99000019490231002"):             "出生日期不存在",
		withCheck("99000019000229002"):             "出生日期不存在",
		withCheck("99000000001231002"):             "出生日期不存在",
		withCheck("09000019491231002"):             "不能以 0 开头",
		"9900001949123100A3":                       "只能是数字",
		"99000019491231002Y":                       "只能是数字",
		wrong(withCheck("9900001949123100" + "2")): "校验位不对",
	} {
		_, _, err := IDNumber(number)
		if err == nil || fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", number, err, want)
		}
		if err != nil && len(number) > 9 && strings.Contains(err.Error(), number) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

// withCheck appends the check digit, worked out by the remainder of GB 11643: the sum of a_i·2^(18-i) is 1 modulo 11.
func withCheck(body string) string {
	for _, last := range "0123456789X" {
		s, sum := body+string(last), 0
		for i, r := range s {
			v := int(r - '0')
			if r == 'X' {
				v = 10
			}
			sum += v * (1 << (17 - i))
		}
		if sum%11 == 1 {
			return s
		}
	}
	panic("no check digit for " + body)
}

func wrong(number string) string {
	last := "0"
	if number[17] == '0' {
		last = "1"
	}
	return number[:17] + last
}

// The check digit catches every wrong digit and every swap of neighbours that differ.
func TestIDNumberCatchesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		good := withCheck("990000" + rapid.StringMatching(`19[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}`).Draw(t, "body"))
		if _, _, err := IDNumber(good); err != nil {
			t.Fatalf("%s: %v", good, err)
		}
		if _, _, err := IDNumber(strings.ToLower(good)); err != nil {
			t.Fatalf("%s in lower case: %v", good, err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		digit := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if slip := good[:i] + string(digit) + good[i+1:]; slip != good {
			if _, _, err := IDNumber(slip); err == nil {
				t.Fatalf("%s passes though %s was meant", slip, good)
			}
		}
		if i < 16 && good[i] != good[i+1] {
			slip := good[:i] + string(good[i+1]) + string(good[i]) + good[i+2:]
			if _, _, err := IDNumber(slip); err == nil {
				t.Fatalf("%s passes though %s was meant", slip, good)
			}
		}
	})
}

func TestCreditCode(t *testing.T) {
	for _, body := range []string{"91990000MA0000000", "12990000ABCDEFGH1", "53990000000000000"} {
		code, found := "", 0
		for _, last := range creditAlphabet {
			if CreditCode(body+string(last)) == nil {
				code, found = body+string(last), found+1
			}
		}
		if found != 1 {
			t.Fatalf("%s has %d check characters", body, found)
		}
		for i := range code { // a wrong character anywhere is caught
			for _, r := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
				slip := code[:i] + string(r) + code[i+1:]
				if slip != code && CreditCode(slip) == nil {
					t.Errorf("%s passes though %s was meant", slip, code)
				}
			}
		}
	}
	for code, want := range map[string]string{"": "18 位", "short": "18 位", "91990000MA000000O0": "“O”", "9199000AMA00000000": "第 3 至 8 位", "９1990000MA00000000": "“９”", "91990000ma00000000": "“m”"} {
		if err := CreditCode(code); err == nil || fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", code, err, want)
		}
	}
}

// vectors reads a table of test numbers that is not part of the repository.
func vectors(t *testing.T, name string) [][]string {
	t.Helper()
	dir := os.Getenv("LINLI_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "data", "code-vectors", name))
	if err != nil {
		t.Skipf("no test vectors: %v (set LINLI_SHARED to the folder that holds data/code-vectors)", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 20 {
		t.Fatalf("%s: %d rows, %v", name, len(rows), err)
	}
	return rows[1:]
}

func TestIDVectors(t *testing.T) {
	for _, row := range vectors(t, "id18.csv") {
		_, _, err := IDNumber(row[0])
		if valid := row[2] == "1"; (err == nil) != valid {
			t.Errorf("%s: %v, but the table says valid=%v (%s)", row[0], err, valid, row[3])
		}
	}
}

func TestCreditVectors(t *testing.T) {
	for _, row := range vectors(t, "uscc18.csv") {
		err := CreditCode(row[0])
		if valid := row[2] == "1"; (err == nil) != valid {
			t.Errorf("%s: %v, but the table says valid=%v (%s)", row[0], err, valid, row[3])
		}
	}
}

func FuzzIDNumber(f *testing.F) {
	for _, s := range []string{withCheck("99000019491231002"), "990000491231002", "", "X", "99000019491231002Ⅹ", strings.Repeat("9", 18)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		birth, sex, err := IDNumber(s)
		if err == nil && (len(s) != 18 || birth.IsZero() || sex == "" || strings.ReplaceAll(birth.String(), "-", "") != s[6:14]) {
			t.Fatalf("%q was taken as born %v, %v", s, birth, sex)
		}
	})
}

func FuzzCreditCode(f *testing.F) {
	for _, s := range []string{"91990000MA00000000", "", "９１", "91990000MA0000000\x00", strings.Repeat("Y", 18)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if CreditCode(s) == nil && (len(s) != 18 || strings.ContainsFunc(s, unicode.IsLower)) {
			t.Fatalf("%q was taken", s)
		}
	})
}
