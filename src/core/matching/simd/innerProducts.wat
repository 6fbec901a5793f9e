;; Inner products of float32 vectors, four lanes at a time, and what goes on around products of bytes. Addresses are in
;; bytes; `$length` counts values. `node --import tsx scripts/assemble.mts` writes the binary beside this file.
(module
  (import "arena" "memory" (memory 0))

  (func $dot (export "dot") (param $a i32) (param $b i32) (param $length i32) (result f32)
    (local $end i32)
    (local $rest i32)
    (local $sum f32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    ;; Where the blocks of 16 values end, and where the vector does.
    (local.set $end
      (i32.add (local.get $a) (i32.shl (i32.and (local.get $length) (i32.const -16)) (i32.const 2))))
    (local.set $rest (i32.add (local.get $a) (i32.shl (local.get $length) (i32.const 2))))
    (block $blocked
      (loop $block
        (br_if $blocked (i32.eq (local.get $a) (local.get $end)))
        ;; Four sums that do not wait for each other.
        (local.set $s0 (f32x4.add (local.get $s0)
          (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
        (local.set $s1 (f32x4.add (local.get $s1)
          (f32x4.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
        (local.set $s2 (f32x4.add (local.get $s2)
          (f32x4.mul (v128.load offset=32 (local.get $a)) (v128.load offset=32 (local.get $b)))))
        (local.set $s3 (f32x4.add (local.get $s3)
          (f32x4.mul (v128.load offset=48 (local.get $a)) (v128.load offset=48 (local.get $b)))))
        (local.set $a (i32.add (local.get $a) (i32.const 64)))
        (local.set $b (i32.add (local.get $b) (i32.const 64)))
        (br $block)))
    (local.set $s0 (f32x4.add
      (f32x4.add (local.get $s0) (local.get $s1))
      (f32x4.add (local.get $s2) (local.get $s3))))
    (local.set $sum (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
      (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0)))))
    (block $done
      (loop $single
        (br_if $done (i32.eq (local.get $a) (local.get $rest)))
        (local.set $sum (f32.add (local.get $sum)
          (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (local.set $b (i32.add (local.get $b) (i32.const 4)))
        (br $single)))
    (local.get $sum))

  ;; The vector at `$a` with each of `$rows` vectors that lie one behind the other from `$b` on; results from `$out` on.
  (func (export "dots") (param $a i32) (param $b i32) (param $rows i32) (param $length i32) (param $out i32)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (f32.store (local.get $out) (call $dot (local.get $a) (local.get $b) (local.get $length)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $b (i32.add (local.get $b) (i32.shl (local.get $length) (i32.const 2))))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row))))

  ;; Copies vectors of `$length` bytes, a multiple of 16, that lie from `$from` on: those whose numbers lie from `$rows` on.
  (func (export "gather") (param $rows i32) (param $count i32) (param $from i32) (param $length i32) (param $out i32)
    (local $at i32)
    (local $end i32)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at
          (i32.add (local.get $from) (i32.mul (i32.load (local.get $rows)) (local.get $length))))
        (local.set $end (i32.add (local.get $at) (local.get $length)))
        (loop $block
          (v128.store (local.get $out) (v128.load (local.get $at)))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $block (i32.lt_u (local.get $at) (local.get $end))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $row))))

  ;; Lists: one for each row of a side, with the largest products so far. A side is described by eight words: the addresses of
  ;; the scale of each row (f32), of the value that a product must exceed to enter its list (f32), of the length of its
  ;; list (i32), of the values (f32) and of the items (i32) of all lists; then the length that lists are cut to, the length at
  ;; which they are, and the address of room for one list (values, then items).

  ;; Offers the products (i32) of `$count` rows of side `$q`, whose numbers lie from `$queries` on, with the `$width` members of
  ;; a group of side `$i`. From `$group` on lie, each `$stride` bytes long, the numbers of the members, their scales (NaN
  ;; behind the last one up to a multiple of four), and the values that a product must exceed to enter their lists.
  (func (export "offer") (param $products i32) (param $queries i32) (param $count i32)
    (param $group i32) (param $stride i32) (param $width i32) (param $q i32) (param $i i32)
    (local $query i32) (local $scale f32) (local $limit f32) (local $limit4 v128) (local $scale4 v128)
    (local $members i32) (local $scales i32) (local $limits i32) (local $end i32) (local $next i32)
    (local $product v128) (local $mask i32) (local $at i32) (local $member i32) (local $value f32)
    (local.set $end (i32.add (local.get $group) (i32.shl (local.get $width) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $query (i32.load (local.get $queries)))
        (local.set $scale (f32.load
          (i32.add (i32.load (local.get $q)) (i32.shl (local.get $query) (i32.const 2)))))
        (local.set $scale4 (f32x4.splat (local.get $scale)))
        (local.set $limit (f32.load
          (i32.add (i32.load offset=4 (local.get $q)) (i32.shl (local.get $query) (i32.const 2)))))
        (local.set $limit4 (f32x4.splat (local.get $limit)))
        (local.set $members (local.get $group))
        (local.set $scales (i32.add (local.get $members) (local.get $stride)))
        (local.set $limits (i32.add (local.get $scales) (local.get $stride)))
        (local.set $next
          (i32.add (local.get $products) (i32.shl (local.get $width) (i32.const 2))))
        (loop $four
          ;; The product of the two scales first, so that a pair of rows has one value whichever is the query.
          (local.set $product
            (f32x4.mul
              (f32x4.convert_i32x4_s (v128.load (local.get $products)))
              (f32x4.mul (v128.load (local.get $scales)) (local.get $scale4))))
          (local.set $product
            (v128.or
              (f32x4.gt (local.get $product) (local.get $limit4))
              (f32x4.gt (local.get $product) (v128.load (local.get $limits)))))
          (if (v128.any_true (local.get $product))
            (then
              (local.set $mask (i32x4.bitmask (local.get $product)))
              (loop $hit
                (local.set $at (i32.shl (i32.ctz (local.get $mask)) (i32.const 2)))
                (local.set $mask
                  (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
                (local.set $member (i32.load (i32.add (local.get $members) (local.get $at))))
                ;; No row is its own neighbour.
                (if
                  (i32.or
                    (i32.ne (local.get $q) (local.get $i))
                    (i32.ne (local.get $query) (local.get $member)))
                  (then
                    (local.set $value
                      (f32.mul
                        (f32.convert_i32_s
                          (i32.load (i32.add (local.get $products) (local.get $at))))
                        (f32.mul
                          (f32.load (i32.add (local.get $scales) (local.get $at)))
                          (local.get $scale))))
                    (if (f32.gt (local.get $value) (local.get $limit))
                      (then
                        (local.set $limit
                          (call $push
                            (local.get $q) (local.get $query) (local.get $member) (local.get $value)))
                        (local.set $limit4 (f32x4.splat (local.get $limit)))))
                    (local.set $at (i32.add (local.get $limits) (local.get $at)))
                    (if (f32.gt (local.get $value) (f32.load (local.get $at)))
                      (then
                        (f32.store (local.get $at)
                          (call $push
                            (local.get $i) (local.get $member) (local.get $query)
                            (local.get $value)))))))
                (br_if $hit (local.get $mask)))))
          (local.set $products (i32.add (local.get $products) (i32.const 16)))
          (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
          (local.set $limits (i32.add (local.get $limits) (i32.const 16)))
          (local.set $members (i32.add (local.get $members) (i32.const 16)))
          (br_if $four (i32.lt_u (local.get $members) (local.get $end))))
        (local.set $products (local.get $next))
        (local.set $queries (i32.add (local.get $queries) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $row))))

  ;; Appends an item to the list of row `$row`, and cuts the list when it is full.
  ;; Returns the value that the next one must exceed.
  (func $push (param $side i32) (param $row i32) (param $item i32) (param $value f32) (result f32)
    (local $length i32)
    (local $count i32)
    (local $at i32)
    (local.set $length
      (i32.add (i32.load offset=8 (local.get $side)) (i32.shl (local.get $row) (i32.const 2))))
    (local.set $count (i32.load (local.get $length)))
    (local.set $at
      (i32.shl
        (i32.add
          (i32.mul (local.get $row) (i32.load offset=24 (local.get $side)))
          (local.get $count))
        (i32.const 2)))
    (f32.store (i32.add (i32.load offset=12 (local.get $side)) (local.get $at)) (local.get $value))
    (i32.store (i32.add (i32.load offset=16 (local.get $side)) (local.get $at)) (local.get $item))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (i32.store (local.get $length) (local.get $count))
    (if (i32.eq (local.get $count) (i32.load offset=24 (local.get $side)))
      (then (call $cut (local.get $side) (local.get $row))))
    (f32.load
      (i32.add (i32.load offset=4 (local.get $side)) (i32.shl (local.get $row) (i32.const 2)))))

  ;; Sorts the list of row `$row`, the largest value first and of equal ones that which was appended first, and cuts it. An item that was
  ;; appended twice, always with the same value, is kept once.
  (func $cut (export "cut") (param $side i32) (param $row i32)
    (local $values i32) (local $items i32) (local $end i32)
    (local $room i32) (local $roomItems i32)
    (local $sorted i32) (local $at i32) (local $to i32) (local $back i32)
    (local $value f32) (local $item i32) (local $length i32) (local $most i32)
    ;; All places are byte offsets from `$values` or `$items`.
    (local.set $length
      (i32.add (i32.load offset=8 (local.get $side)) (i32.shl (local.get $row) (i32.const 2))))
    (local.set $end (i32.shl (i32.load (local.get $length)) (i32.const 2)))
    (br_if 0 (i32.eqz (local.get $end)))
    (local.set $at
      (i32.shl (i32.mul (local.get $row) (i32.load offset=24 (local.get $side))) (i32.const 2)))
    (local.set $values (i32.add (i32.load offset=12 (local.get $side)) (local.get $at)))
    (local.set $items (i32.add (i32.load offset=16 (local.get $side)) (local.get $at)))
    (local.set $room (i32.load offset=28 (local.get $side)))
    (local.set $roomItems (i32.add (local.get $room)
      (i32.shl (i32.load offset=24 (local.get $side)) (i32.const 2))))
    ;; How far it is sorted since it was last cut.
    (local.set $sorted (i32.const 4))
    (block $unsorted
      (loop $next
        (br_if $unsorted (i32.ge_u (local.get $sorted) (local.get $end)))
        (br_if $unsorted (f32.gt
          (f32.load (i32.add (local.get $values) (local.get $sorted)))
          (f32.load (i32.add (local.get $values) (i32.sub (local.get $sorted) (i32.const 4))))))
        (local.set $sorted (i32.add (local.get $sorted) (i32.const 4)))
        (br $next)))
    ;; What is behind that, sorted by insertion into the room.
    (local.set $at (local.get $sorted))
    (block $copied
      (loop $insert
        (br_if $copied (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $value (f32.load (i32.add (local.get $values) (local.get $at))))
        (local.set $item (i32.load (i32.add (local.get $items) (local.get $at))))
        (local.set $to (i32.sub (local.get $at) (local.get $sorted)))
        (block $found
          (loop $shift
            (br_if $found (i32.eqz (local.get $to)))
            (local.set $back (i32.sub (local.get $to) (i32.const 4)))
            (br_if $found (i32.eqz (f32.lt
              (f32.load (i32.add (local.get $room) (local.get $back)))
              (local.get $value))))
            (f32.store (i32.add (local.get $room) (local.get $to))
              (f32.load (i32.add (local.get $room) (local.get $back))))
            (i32.store (i32.add (local.get $roomItems) (local.get $to))
              (i32.load (i32.add (local.get $roomItems) (local.get $back))))
            (local.set $to (local.get $back))
            (br $shift)))
        (f32.store (i32.add (local.get $room) (local.get $to)) (local.get $value))
        (i32.store (i32.add (local.get $roomItems) (local.get $to)) (local.get $item))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $insert)))
    ;; Merged from the end: `$sorted` and `$back` are how much of either is left.
    (local.set $back (i32.sub (local.get $end) (local.get $sorted)))
    (local.set $to (local.get $end))
    (block $merged
      (loop $merge
        (br_if $merged (i32.eqz (local.get $back)))
        (local.set $to (i32.sub (local.get $to) (i32.const 4)))
        (local.set $value
          (f32.load (i32.add (local.get $room) (i32.sub (local.get $back) (i32.const 4)))))
        (if
          (if (result i32) (local.get $sorted)
            (then (f32.lt
              (f32.load (i32.add (local.get $values) (i32.sub (local.get $sorted) (i32.const 4))))
              (local.get $value)))
            (else (i32.const 0)))
          (then
            (local.set $sorted (i32.sub (local.get $sorted) (i32.const 4)))
            (f32.store (i32.add (local.get $values) (local.get $to))
              (f32.load (i32.add (local.get $values) (local.get $sorted))))
            (i32.store (i32.add (local.get $items) (local.get $to))
              (i32.load (i32.add (local.get $items) (local.get $sorted)))))
          (else
            (local.set $back (i32.sub (local.get $back) (i32.const 4)))
            (f32.store (i32.add (local.get $values) (local.get $to)) (local.get $value))
            (i32.store (i32.add (local.get $items) (local.get $to))
              (i32.load (i32.add (local.get $roomItems) (local.get $back))))))
        (br $merge)))
    ;; Each item once, up to the wanted length: `$to` is where the next one goes.
    (local.set $most (i32.shl (i32.load offset=20 (local.get $side)) (i32.const 2)))
    (local.set $to (i32.const 0))
    (local.set $at (i32.const 0))
    (block $full
      (loop $keep
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $full (i32.ge_u (local.get $to) (local.get $most)))
        (local.set $value (f32.load (i32.add (local.get $values) (local.get $at))))
        (local.set $item (i32.load (i32.add (local.get $items) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $back (local.get $to))
        (block $new
          (loop $equal
            (br_if $new (i32.eqz (local.get $back)))
            (local.set $back (i32.sub (local.get $back) (i32.const 4)))
            (br_if $new (f32.gt
              (f32.load (i32.add (local.get $values) (local.get $back)))
              (local.get $value)))
            (br_if $keep (i32.eq
              (i32.load (i32.add (local.get $items) (local.get $back)))
              (local.get $item)))
            (br $equal)))
        (f32.store (i32.add (local.get $values) (local.get $to)) (local.get $value))
        (i32.store (i32.add (local.get $items) (local.get $to)) (local.get $item))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br $keep)))
    (i32.store (local.get $length) (i32.shr_u (local.get $to) (i32.const 2)))
    (if (i32.eq (local.get $to) (local.get $most))
      (then
        (f32.store
          (i32.add (i32.load offset=4 (local.get $side)) (i32.shl (local.get $row) (i32.const 2)))
          (f32.load (i32.add (local.get $values) (i32.sub (local.get $to) (i32.const 4)))))))))
