package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"linli/internal/fault"
	"linli/internal/law"
)

func TestKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("register case: %w", fault.Conflict("办件 %s 已被他人办理", "A1"))
	if got := fault.KindOf(err); got != fault.KindConflict {
		t.Fatalf("kind = %v, want conflict", got)
	}
	if got := fault.As(err).Message(); got != "办件 A1 已被他人办理" {
		t.Fatalf("message = %q", got)
	}
	if got := fault.KindOf(errors.New("disk on fire")); got != fault.KindInternal {
		t.Fatalf("an unclassified error has kind %v, want internal", got)
	}
}

func TestRefusalNeedsClause(t *testing.T) {
	if got := fault.KindOf(fault.Refused(law.Clause{}, "不予受理")); got != fault.KindInternal {
		t.Fatalf("a refusal without a clause has kind %v, want internal", got)
	}
	err := fault.Refused(law.MustParse("sm12-69#2.3g"), "不符合政策规定")
	if !strings.Contains(err.Error(), "sm12-69#2.3g") {
		t.Fatalf("error text lost the clause: %v", err)
	}
}

func TestFieldsCountsAndNilWhenEmpty(t *testing.T) {
	if err := fault.Fields(nil); err != nil {
		t.Fatalf("no field errors gave %v", err)
	}
	err := fault.As(fault.Fields([]fault.FieldError{{Field: "phone", Format: "电话号码 %s 不对", Args: []any{"1"}}, {Field: "title", Format: "请填写标题"}}))
	if err.Message() != "有 2 处填写需要修改" || err.Fields[0].Message() != "电话号码 1 不对" {
		t.Fatalf("got %q, %q", err.Message(), err.Fields[0].Message())
	}
}

func TestPercentInAMessageWithoutArguments(t *testing.T) {
	if got := fault.As(fault.Invalid("rate", "应为 0%到100%")).Message(); got != "应为 0%到100%" {
		t.Fatalf("message = %q", got)
	}
}
