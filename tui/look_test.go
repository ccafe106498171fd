package tui

import (
	"fmt"
	"testing"
)

func TestLook(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 40}} {
		o := with(shop(), &script{report: blocked})
		o.Case.Cluster, o.Case.Task, o.Case.Symptom, o.Case.Target = "shop", "7c1e55ab", "timeout", "sns"
		p := sit(t, o, size[0], size[1])
		p.settle()
		fmt.Println(p.frame())
		p.does("enter")
		fmt.Println(p.frame())
		p.does("esc", "a")
		fmt.Println(p.frame())
		p.does("esc", "?")
		fmt.Println(p.frame())
		o.Walker = func(Session) Walker { return &script{report: denied} }
		p = sit(t, o, size[0], size[1])
		p.settle()
		fmt.Println(p.frame())
		p.does("enter", "right")
		fmt.Println(p.frame())
		p.does("enter")
		fmt.Println(p.frame())
		p.does("esc")
		fmt.Println(p.frame())
	}
}
