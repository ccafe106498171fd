// Package tui is the wizard: the only package that imports Charm's terminal libraries. One root model holds a stack of screens;
// each screen is a plain struct in its own file. What is asked and judged is steps' business; the screens only show it.
package tui
