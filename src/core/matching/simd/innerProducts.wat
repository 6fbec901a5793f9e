;; Inner products of float32 vectors, four lanes at a time. Addresses and sizes are in bytes but for `$length`, which
;; counts values. `node --import tsx scripts/assemble.mts` writes the binary beside this file.
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
        (br $row)))))
