package round

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A draw depends on the seed and on what it is drawn from, not on the order in which that is listed; and nobody is left out of the order.
func TestTurnsAreReproducible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.StringMatching("[0-9a-z]{8}"), 0, 60, rapid.ID[string]).Draw(t, "ids")
		seed := rapid.StringMatching("[0-9a-f]{32}").Draw(t, "seed")
		first := turns(seed, ids)
		shuffled := slices.Clone(ids)
		rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "shuffle"))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := turns(seed, shuffled); !slices.Equal(first, again) {
			t.Fatalf("%v\n%v", first, again)
		}
		if !slices.Equal(slices.Sorted(slices.Values(first)), slices.Sorted(slices.Values(ids))) {
			t.Fatalf("%v is not an order of %v", first, ids)
		}
		if listSum(ids) != listSum(shuffled) {
			t.Fatal("the digest depends on the order")
		}
	})
	a, b := turns("a", []string{"1", "2", "3", "4", "5", "6", "7", "8"}), turns("b", []string{"1", "2", "3", "4", "5", "6", "7", "8"})
	if slices.Equal(a, b) {
		t.Error("two seeds, one order")
	}
}

// A route goes to the nearest next, and to what has no position last.
func TestRoute(t *testing.T) {
	list := route([]target{{id: "far", lon: 300, lat: 0}, {id: "nowhere", name: "b"}, {id: "west", lon: 1, lat: 1}, {id: "near", lon: 100, lat: 1}, {id: "off", name: "a"}, {id: "mid", lon: 210, lat: 2}})
	var ids []string
	for _, x := range list {
		ids = append(ids, x.id)
	}
	if want := []string{"west", "near", "mid", "far", "off", "nowhere"}; !slices.Equal(ids, want) {
		t.Errorf("route %v, want %v", ids, want)
	}
}
