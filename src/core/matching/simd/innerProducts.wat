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

  ;; Places of the `$width` products (i32) from `$values` on that are, times their own scale and `$scale`, above `$limit` or
  ;; above their own limit; their number. Scales behind the last one are NaN up to a multiple of four.
  (func (export "above") (param $values i32) (param $scales i32) (param $limits i32) (param $width i32)
    (param $scale f32) (param $limit f32) (param $out i32) (result i32)
    (local $first i32)
    (local $at i32)
    (local $mask i32)
    (local $product v128)
    (local.set $first (local.get $out))
    (block $done
      (loop $four
        (br_if $done (i32.ge_s (local.get $at) (local.get $width)))
        (local.set $product
          (f32x4.mul
            (f32x4.mul
              (f32x4.convert_i32x4_s (v128.load (local.get $values)))
              (v128.load (local.get $scales)))
            (f32x4.splat (local.get $scale))))
        (local.set $mask
          (i32x4.bitmask
            (v128.or
              (f32x4.gt (local.get $product) (f32x4.splat (local.get $limit)))
              (f32x4.gt (local.get $product) (v128.load (local.get $limits))))))
        (if (local.get $mask)
          (then
            ;; Each place is written, and kept where its bit is set.
            (i32.store (local.get $out) (local.get $at))
            (local.set $out (i32.add (local.get $out)
              (i32.shl (i32.and (local.get $mask) (i32.const 1)) (i32.const 2))))
            (i32.store (local.get $out) (i32.add (local.get $at) (i32.const 1)))
            (local.set $out (i32.add (local.get $out)
              (i32.shl (i32.and (local.get $mask) (i32.const 2)) (i32.const 1))))
            (i32.store (local.get $out) (i32.add (local.get $at) (i32.const 2)))
            (local.set $out (i32.add (local.get $out) (i32.and (local.get $mask) (i32.const 4))))
            (i32.store (local.get $out) (i32.add (local.get $at) (i32.const 3)))
            (local.set $out (i32.add (local.get $out)
              (i32.shr_u (i32.and (local.get $mask) (i32.const 8)) (i32.const 1))))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
        (local.set $limits (i32.add (local.get $limits) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $four)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 2))))
